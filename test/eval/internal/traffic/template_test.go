package traffic

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTemplate(t *testing.T) {
	for text, want := range map[string]string{
		"plain.example":              `^plain\.example$`,
		"site-{copy}.example":        `^site-7\.example$`,
		"{hex:12}.a.example":         `^[0-9a-f]{12}\.a\.example$`,
		"{b32:5}.{num:2}.example":    `^[a-z2-7]{5}\.[0-9]{2}\.example$`,
		"www.{word:2}.example":       `^www\.[a-z]+-[a-z]+\.example$`,
		"{alpha:3/4}-{b64:9}.e.test": `^[a-z]{3}-[A-Za-z0-9_-]{9}\.e\.test$`,
	} {
		made, err := compile(text, 7, 1)
		require.NoError(t, err)
		assert.Regexp(t, want, made.draw(newDice("t")), text)
	}
	for _, text := range []string{"{hex", "{rune:3}", "{hex:0}", "{hex:x}", "{hex:999}", "{hex:3/-1}"} {
		_, err := compile(text, 1, 1)
		assert.Error(t, err, text)
	}
}

func TestPool(t *testing.T) {
	made, err := compile("{hex:16/5}.example", 1, 1)
	require.NoError(t, err)
	dice, names := newDice("t"), make(map[string]bool)
	for range 200 {
		names[made.draw(dice)] = true
	}
	assert.Len(t, names, 5)
}

func TestTail(t *testing.T) {
	for text, want := range map[string]string{
		"x.example": "x.example", "{hex:3}.t.x.example": "t.x.example", "n{num:1}.fleet-{word}.example": "example",
	} {
		made, err := compile(text, 1, 1)
		require.NoError(t, err)
		assert.Equal(t, want, made.tail(), text)
	}
}

func TestAddressesArePublic(t *testing.T) {
	for n := range 2000 {
		addr := hostOf("x.example", n)
		assert.False(t, addr.IsPrivate() || addr.IsLoopback() || addr.IsMulticast() || addr.IsLinkLocalUnicast(), addr)
		assert.True(t, podAddress(n+1).IsPrivate())
	}
	one, two := hostOf("a", 1).As4(), hostOf("a", 2).As4()
	assert.Equal(t, one[:3], two[:3], "a small site's addresses lie together")
}
