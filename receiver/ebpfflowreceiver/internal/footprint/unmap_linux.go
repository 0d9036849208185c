package footprint

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// executable returns the clean mappings of the program's own file.
func executable() ([]mapping, error) {
	// Not os.Executable: a replaced file must read as the memory map has it.
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("find the executable: %w", err)
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil, fmt.Errorf("read the memory map: %w", err)
	}
	defer smaps.Close()
	return clean(smaps, path)
}

// unmap drops the mapping's page table entries; the next access reads the file's
// page again (MADV_DONTNEED, madvise(2)).
func (m mapping) unmap() error {
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, m.start, m.end-m.start, unix.MADV_DONTNEED)
	if errno != 0 {
		return fmt.Errorf("give back %x-%x of the executable: %w", m.start, m.end, errno)
	}
	return nil
}
