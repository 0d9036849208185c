package indicator

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// object is what matters of a STIX domain object (STIX 2.1 §4.7).
type object struct {
	Type           string   `json:"type"`
	ID             string   `json:"id"`
	Modified       string   `json:"modified"`
	Revoked        bool     `json:"revoked"`
	Name           string   `json:"name"`
	Pattern        string   `json:"pattern"`
	PatternType    string   `json:"pattern_type"`
	ValidFrom      string   `json:"valid_from"`
	ValidUntil     string   `json:"valid_until"`
	Labels         []string `json:"labels"`
	IndicatorTypes []string `json:"indicator_types"`
}

// version is one object's state, kept until the bundle has been read: a later
// version of the same object may revoke it.
type version struct {
	modified time.Time
	revoked  bool
	pattern  string
	said     said
	number   int
}

// errMore is a second bundle in a file, or what is left of one.
var errMore = errors.New("more after its end")

type bundle struct {
	b        *builder
	objects  int
	versions []version
	byID     map[string]int
}

// readBundle reads objects one at a time, so that what it holds of the JSON is
// one object.
func readBundle(r *bufio.Reader, b *builder) error {
	in := &bundle{b: b, byID: make(map[string]int)}
	decoder := json.NewDecoder(r)
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.Join(ErrNotBundle, err)
	}
	kind := ""
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return in.broken(err)
		}
		switch key {
		case "objects":
			err = in.readObjects(decoder)
		case "type":
			err = decoder.Decode(&kind)
		default:
			var skipped json.RawMessage
			err = decoder.Decode(&skipped)
		}
		if err != nil {
			return in.broken(err)
		}
	}
	if _, err := decoder.Token(); err != nil {
		return in.broken(err)
	}
	if kind != "bundle" {
		return ErrNotBundle
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return in.broken(errors.Join(errMore, err))
	}
	return in.add()
}

// broken says where the bundle ends or stops being JSON.
func (in *bundle) broken(err error) error {
	if limit := (*LimitError)(nil); errors.As(err, &limit) {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("STIX bundle, at object %d: %w", in.objects, err)
}

func (in *bundle) readObjects(decoder *json.Decoder) error {
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return errors.Join(errors.New(`"objects" is not a list`), err)
	}
	for decoder.More() {
		in.objects++
		var o object
		err := decoder.Decode(&o)
		if mistyped := (*json.UnmarshalTypeError)(nil); errors.As(err, &mistyped) {
			in.b.malformed(in.objects)
			continue
		}
		if err != nil {
			return err
		}
		if err := in.keep(&o); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

// keep remembers the latest version of an indicator.
func (in *bundle) keep(o *object) error {
	if o.Type != "indicator" {
		return nil
	}
	v := version{
		revoked: o.Revoked,
		pattern: o.Pattern,
		said:    said{description: o.describe()},
		number:  in.objects,
	}
	var err error
	if v.said.window, err = validity(o.ValidFrom, o.ValidUntil); err != nil {
		in.b.malformed(in.objects)
		return nil
	}
	if o.PatternType != "stix" && o.PatternType != "" {
		v.pattern = ""
	}
	v.modified, _ = time.Parse(time.RFC3339Nano, o.Modified)
	if at, ok := in.byID[o.ID]; ok && o.ID != "" {
		if !v.modified.Before(in.versions[at].modified) {
			in.versions[at] = v
		}
		return nil
	}
	if len(in.versions) >= in.b.limits.entries {
		return in.b.full()
	}
	in.byID[o.ID] = len(in.versions)
	in.versions = append(in.versions, v)
	return nil
}

func (in *bundle) add() error {
	for _, v := range in.versions {
		if v.revoked || v.pattern == "" {
			in.b.passOver(1)
			continue
		}
		values, passed, err := parsePattern(v.pattern)
		if err != nil {
			in.b.malformed(v.number)
			continue
		}
		in.b.passOver(passed)
		for _, one := range values {
			if err := in.b.add(one, v.said); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe takes what a person would call the indicator.
func (o *object) describe() string {
	switch {
	case o.Name != "":
		return o.Name
	case len(o.IndicatorTypes) > 0:
		return joined(o.IndicatorTypes)
	default:
		return joined(o.Labels)
	}
}

func joined(words []string) string {
	text := ""
	for i, word := range words {
		if i > 0 {
			text += ", "
		}
		if text += word; len(text) > maxDescription {
			break
		}
	}
	return text
}

// validity reads the window from valid_from, inclusive, to valid_until, exclusive.
func validity(from, until string) (window, error) {
	w := always
	if from != "" {
		t, err := time.Parse(time.RFC3339Nano, from)
		if err != nil {
			return w, err
		}
		w.from = nanoseconds(t)
	}
	if until != "" {
		t, err := time.Parse(time.RFC3339Nano, until)
		if err != nil {
			return w, err
		}
		w.until = nanoseconds(t)
	}
	return w, nil
}

// nanoseconds since the epoch; times that do not fit become the ends of time.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Year() < 1678:
		return math.MinInt64
	case t.Year() > 2261:
		return math.MaxInt64
	default:
		return t.UnixNano()
	}
}
