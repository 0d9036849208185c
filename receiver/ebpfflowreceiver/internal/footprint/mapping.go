package footprint

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// mapping is a range of the process's addresses.
type mapping struct{ start, end uintptr }

// clean returns the mappings of a file in the format of /proc/pid/smaps
// (proc_pid_smaps(5)) that can be had again from the file alone: private, never
// written to by the program, and without a page that somebody else changed, as
// debuggers and uprobes do for their breakpoints.
func clean(smaps io.Reader, path string) ([]mapping, error) {
	var (
		found []mapping
		now   mapping
		mine  bool
	)
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "VmFlags:") { // the last line of a mapping
			mine = false
		}
		if mine && strings.HasPrefix(line, "Anonymous:") && amount(line) == "0" {
			found = append(found, now)
		}
		if m, perms, file, ok := header(line); ok {
			now, mine = m, file == path && (perms == "r-xp" || perms == "r--p")
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the memory map: %w", err)
	}
	return found, nil
}

// header reads "start-end perms offset device inode path".
func header(line string) (m mapping, perms, path string, ok bool) {
	fields := strings.SplitN(line, " ", 6)
	if len(fields) != 6 {
		return mapping{}, "", "", false
	}
	from, to, ok := strings.Cut(fields[0], "-")
	start, err := strconv.ParseUint(from, 16, 64)
	if !ok || err != nil {
		return mapping{}, "", "", false
	}
	end, err := strconv.ParseUint(to, 16, 64)
	if err != nil || end < start {
		return mapping{}, "", "", false
	}
	return mapping{uintptr(start), uintptr(end)}, fields[1], strings.TrimLeft(fields[5], " "), true
}

// amount is the number in "Key:   0 kB".
func amount(line string) string {
	_, value, _ := strings.Cut(line, ":")
	number, _, _ := strings.Cut(strings.TrimLeft(value, " "), " ")
	return number
}
