package lab

import (
	"bufio"
	"errors"
	"fmt"
	"os"
)

// writeLoot makes the file worth stealing: size bytes of invented customers.
func writeLoot(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	var written int64
	for i := 0; written < size; i++ {
		line := fmt.Sprintf("%08d,customer-%d@example.com,4111 1111 1111 %04d,%d.%02d\n", i, i*7919%100_003, i%10_000, i*31%9973, i%100)
		n, err := w.WriteString(line[:min(int64(len(line)), size-written)])
		written += int64(n)
		if err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return errors.Join(w.Flush(), file.Close())
}
