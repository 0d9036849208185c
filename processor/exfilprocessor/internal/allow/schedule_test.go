package allow

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func at(t testing.TB, text string) int64 {
	when, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return when.UnixNano()
}

func TestScheduleEdges(t *testing.T) {
	night := Schedule{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "22:00", To: "05:00"}
	berlin := Schedule{From: "01:00", To: "05:00", TimeZone: "Europe/Berlin"}
	gap := Schedule{From: "02:15", To: "02:45", TimeZone: "Europe/Berlin"}
	weekend := Schedule{Days: []string{"sat", "sun"}, TimeZone: "America/New_York"}
	for name, test := range map[string]struct {
		schedule   Schedule
		t          string
		start, end string // empty: outside
	}{
		"first moment":                    {berlin, "2026-06-10T01:00:00+02:00", "2026-06-10T01:00:00+02:00", "2026-06-10T05:00:00+02:00"},
		"last moment":                     {berlin, "2026-06-10T04:59:59+02:00", "2026-06-10T01:00:00+02:00", "2026-06-10T05:00:00+02:00"},
		"the end is outside":              {berlin, "2026-06-10T05:00:00+02:00", "", ""},
		"just before":                     {berlin, "2026-06-10T00:59:59+02:00", "", ""},
		"the zone counts, not UTC":        {berlin, "2026-06-10T04:00:00Z", "", ""},
		"winter":                          {berlin, "2026-01-10T04:00:00+01:00", "2026-01-10T01:00:00+01:00", "2026-01-10T05:00:00+01:00"},
		"clocks forward: an hour less":    {berlin, "2026-03-29T04:30:00+02:00", "2026-03-29T01:00:00+01:00", "2026-03-29T05:00:00+02:00"},
		"clocks back: an hour more":       {berlin, "2026-10-25T04:30:00+01:00", "2026-10-25T01:00:00+02:00", "2026-10-25T05:00:00+01:00"},
		"clocks forward over all of it":   {gap, "2026-03-29T03:15:00+02:00", "", ""},
		"clocks back, shown first":        {gap, "2026-10-25T02:15:00+02:00", "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+01:00"},
		"clocks back, shown again":        {gap, "2026-10-25T02:44:00+01:00", "2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+01:00"},
		"clocks back, over":               {gap, "2026-10-25T02:45:00+01:00", "", ""},
		"before midnight":                 {night, "2026-06-12T23:00:00Z", "2026-06-12T22:00:00Z", "2026-06-13T05:00:00Z"},
		"past midnight, of Friday":        {night, "2026-06-13T04:00:00Z", "2026-06-12T22:00:00Z", "2026-06-13T05:00:00Z"},
		"past midnight, of Sunday":        {night, "2026-06-15T04:00:00Z", "", ""},
		"Saturday night":                  {night, "2026-06-13T22:00:00Z", "", ""},
		"past the month's end":            {night, "2026-07-01T01:00:00Z", "2026-06-30T22:00:00Z", "2026-07-01T05:00:00Z"},
		"past the year's end":             {night, "2027-01-01T01:00:00Z", "2026-12-31T22:00:00Z", "2027-01-01T05:00:00Z"},
		"leap day":                        {night, "2028-02-29T23:00:00Z", "2028-02-29T22:00:00Z", "2028-03-01T05:00:00Z"},
		"whole days":                      {weekend, "2026-06-13T03:59:59Z", "", ""},
		"whole day begins":                {weekend, "2026-06-13T04:00:00Z", "2026-06-13T00:00:00-04:00", "2026-06-14T00:00:00-04:00"},
		"each day is one occurrence":      {weekend, "2026-06-14T04:00:00Z", "2026-06-14T00:00:00-04:00", "2026-06-15T00:00:00-04:00"},
		"only from":                       {Schedule{From: "23:00"}, "2026-06-10T23:30:00Z", "2026-06-10T23:00:00Z", "2026-06-11T00:00:00Z"},
		"only to":                         {Schedule{To: "01:00"}, "2026-06-10T00:30:00Z", "2026-06-10T00:00:00Z", "2026-06-10T01:00:00Z"},
		"to the day's end":                {Schedule{From: "23:00", To: "24:00"}, "2026-06-10T23:59:59Z", "2026-06-10T23:00:00Z", "2026-06-11T00:00:00Z"},
		"to midnight":                     {Schedule{From: "23:00", To: "00:00"}, "2026-06-10T23:59:59Z", "2026-06-10T23:00:00Z", "2026-06-11T00:00:00Z"},
		"half an hour of daylight saving": {Schedule{From: "01:00", To: "03:00", TimeZone: "Australia/Lord_Howe"}, "2026-04-05T01:45:00+10:30", "2026-04-05T01:00:00+11:00", "2026-04-05T03:00:00+10:30"},
		"midnight does not exist":         {Schedule{To: "02:00", TimeZone: "America/Santiago"}, "2026-09-06T01:30:00-03:00", "2026-09-06T01:00:00-03:00", "2026-09-06T02:00:00-03:00"},
		"midnight comes twice":            {Schedule{From: "23:30", To: "00:30", TimeZone: "America/Santiago"}, "2026-04-04T23:40:00-04:00", "2026-04-04T23:30:00-03:00", "2026-04-05T00:30:00-04:00"},
		"a day that was skipped":          {Schedule{From: "22:00", To: "05:00", TimeZone: "Pacific/Apia"}, "2011-12-31T01:00:00+14:00", "2011-12-31T00:00:00+14:00", "2011-12-31T05:00:00+14:00"},
		"the day before it":               {Schedule{From: "22:00", To: "05:00", TimeZone: "Pacific/Apia"}, "2011-12-29T23:00:00-10:00", "2011-12-29T22:00:00-10:00", "2011-12-31T00:00:00+14:00"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := test.schedule.compile()
			require.NoError(t, err)
			when := at(t, test.t)
			got := s.at(when)
			require.True(t, got.holds(when))
			require.Equal(t, test.start != "", got.in)
			if got.in {
				require.Equal(t, span{at(t, test.start), at(t, test.end), true}, got)
			}
		})
	}
}

// Every moment of two years lies in one stretch, stretches follow each other
// without gap or overlap, and it makes no difference from which moment of it a
// stretch is computed: that is what lets it be kept.
func TestStretchesOfTimeAreWhole(t *testing.T) {
	for _, config := range []Schedule{
		{},
		{From: "01:00", To: "05:00", TimeZone: "Europe/Berlin"},
		{From: "02:45", To: "02:30", TimeZone: "Europe/Berlin"},
		{From: "00:30", To: "00:15", TimeZone: "America/Santiago"},
		{From: "23:00", To: "22:00", TimeZone: "America/Santiago", Days: []string{"sat", "sun"}},
		{TimeZone: "Pacific/Apia", Days: []string{"thu", "fri", "sat"}},
	} {
		s, err := config.compile()
		require.NoError(t, err)
		const step = int64(15 * time.Minute)
		begin := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
		last := s.at(begin)
		for now := begin; now < begin+2*366*day; now += step {
			got := s.at(now)
			require.True(t, got.holds(now))
			switch {
			case got.in && last.in && last.holds(now):
				require.Equal(t, last, got)
			case got.in:
				require.False(t, last.in && last.end > got.start, "%v: two occurrences overlap", config)
			default:
				require.False(t, last.in && last.end > now, "%v: cut off", config)
			}
			last = got
		}
	}
}
