package flow

import "go.opentelemetry.io/collector/pdata/plog"

// Remove takes out of ld the records that gone says yes to, and the scopes and
// resources that are then empty.
func Remove(ld plog.Logs, gone func(plog.LogRecord) bool) {
	ld.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool {
		rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool {
			sl.LogRecords().RemoveIf(gone)
			return sl.LogRecords().Len() == 0
		})
		return rl.ScopeLogs().Len() == 0
	})
}
