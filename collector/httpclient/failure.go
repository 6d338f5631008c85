package httpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Failure is an error of a request, with the address redacted.
func Failure(u *url.URL, err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	var ne net.Error
	switch {
	case errors.Is(err, context.Canceled):
		err = context.Canceled
	case errors.As(err, &ne) && ne.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s does not answer in time: %w", Redacted(u), err)
	}
	return fmt.Errorf("%s: %w", Redacted(u), err)
}

// Answer is what came back.
type Answer struct {
	Status int
	Text   string // "404 Not Found"
	Body   []byte
	Header http.Header
}

// Take reads an answer to its end, at most limit bytes, and closes it. The error says that it is cut
// or longer.
func Take(resp *http.Response, limit int64) (*Answer, error) {
	defer resp.Body.Close()
	a := &Answer{Status: resp.StatusCode, Text: resp.Status, Header: resp.Header}
	var err error
	if a.Body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1)); err != nil {
		return a, fmt.Errorf("the answer (%s) breaks off: %w", a.Text, err)
	}
	if int64(len(a.Body)) > limit {
		a.Body = a.Body[:limit]
		return a, fmt.Errorf("the answer (%s) is longer than %d bytes", a.Text, limit)
	}
	return a, nil
}

// String is the answer in one line for an error: its status and how its text begins.
func (a *Answer) String() string {
	if s := Snippet(a.Body); s != "" {
		return a.Text + ": " + s
	}
	return a.Text
}

const snippetLength = 200

// Snippet is the beginning of a text in one line: no control characters, no invalid UTF-8.
func Snippet(text []byte) string {
	cut := len(text) > snippetLength
	if cut {
		text = text[:snippetLength]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		if n := len(text); n > 0 && text[n-1] >= utf8.RuneSelf {
			text = text[:n-1]
		}
	}
	s := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPrint(r) {
			return r
		}
		return '.'
	}, strings.ToValidUTF8(string(text), "."))
	s = strings.Join(strings.Fields(s), " ")
	if cut {
		s += "…"
	}
	return s
}
