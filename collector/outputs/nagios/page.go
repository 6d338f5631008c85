package nagios

import (
	"bytes"
	"regexp"

	"lma_collector/collector/httpclient"
)

// verdict is what a page of cmd.cgi says. Its status is 200 whatever happened.
type verdict int

const (
	taken        verdict = iota
	needsForm            // a form id with its cookie is demanded
	unauthorized         // the service is unknown, or the user may not submit results for it
	blankOutput          // the text was empty, or too long and therefore left out
	notCommitted         // Nagios is not there, or reads no commands
	unclear
)

var phrases = []struct {
	text    string
	verdict verdict
}{
	{"successfully submitted", taken},
	{"CSRF", needsForm},
	{"not authorized to commit", unauthorized},
	{"output cannot be blank", blankOutput},
	{"error occurred while attempting to commit", notCommitted},
	{"not checking for external commands", notCommitted},
}

// judgePage reads the answer to a submitted result. Answers that are no HTML come from programs that
// stand in for cmd.cgi, and their status counts.
func judgePage(body []byte) verdict {
	for _, p := range phrases {
		if bytes.Contains(body, []byte(p.text)) {
			return p.verdict
		}
	}
	if !bytes.Contains(bytes.ToLower(body), []byte("<html")) && !bytes.Contains(body, []byte("errorMessage")) {
		return taken
	}
	return unclear
}

var (
	errorMessage = regexp.MustCompile(`(?is)class=['"]?errorMessage['"]?>(.*?)<`)
	title        = regexp.MustCompile(`(?is)<title>(.*?)</title>`)
)

// pageText is what a page tells a reader: its error message, else its title.
func pageText(body []byte) string {
	for _, re := range []*regexp.Regexp{errorMessage, title} {
		if m := re.FindSubmatch(body); m != nil {
			if s := httpclient.Snippet(m[1]); s != "" {
				return s
			}
		}
	}
	return httpclient.Snippet(body)
}

var formInput = regexp.MustCompile(`(?i)name=['"]?nagFormId['"]?\s+value=['"]?([0-9a-z]{1,128})['"\s>]`)

// formID finds the id in the page of the form, "" when there is none.
func formID(body []byte) string {
	if m := formInput.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return ""
}
