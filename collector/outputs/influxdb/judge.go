package influxdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/lineproto"
)

// maxRequests bounds the requests of one Deliver: what a search for bad lines has not reached by
// then is left for the next.
const maxRequests = 200

// judge decides what an answer other than a success means for the pieces of its request.
func (o *Output) judge(ctx context.Context, pieces []piece, answer *httpclient.Answer) error {
	switch answer.Status {
	case http.StatusRequestEntityTooLarge:
		return o.divide(ctx, pieces, answer, "more than the server takes at once")
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return o.badLines(ctx, pieces, answer)
	}
	return o.refusal(answer)
}

// refusal is the error of an answer that says nothing of single lines.
func (o *Output) refusal(a *httpclient.Answer) error {
	advice := ""
	switch {
	case a.Status == http.StatusUnauthorized && o.config.v2():
		advice = "; check token"
	case a.Status == http.StatusUnauthorized:
		advice = "; check username and password"
	case a.Status == http.StatusForbidden:
		advice = "; the user or token needs the right to write there"
	case a.Status == http.StatusNotFound && o.config.v2():
		advice = "; create the bucket, or correct org and bucket"
	case a.Status == http.StatusNotFound:
		advice = "; create the database, or correct database and server"
	case a.Status >= 300 && a.Status < 400:
		advice = "; redirects are not followed, set server to where it points"
	}
	if wait := a.Header.Get("Retry-After"); wait != "" {
		advice += "; it asks to wait " + httpclient.Snippet([]byte(wait)) + " s"
	}
	return fmt.Errorf("%s answers %s%s", httpclient.Redacted(o.server), a, advice)
}

// badLines handles an answer that refuses lines: those that it quotes are refused, for others a
// search by halves finds them. 1.x has then written the good ones, 2.x none.
func (o *Output) badLines(ctx context.Context, pieces []piece, answer *httpclient.Answer) error {
	text := errorText(answer.Body)
	quoted := quotedLines(text)
	rest := make([]piece, 0, len(pieces))
	for _, p := range pieces {
		if reason, bad := o.reasonOf(p, quoted); bad {
			p.item.Refuse(errors.New(reason))
		} else {
			rest = append(rest, p)
		}
	}
	if len(rest) < len(pieces) {
		return o.write(ctx, rest)
	}
	return o.divide(ctx, pieces, answer, text)
}

// reasonOf finds a piece among the lines that an answer quotes.
func (o *Output) reasonOf(p piece, quoted map[string]string) (reason string, bad bool) {
	if len(quoted) == 0 {
		return "", false
	}
	for line := range bytes.Lines(o.lines[p.from:p.to]) {
		if reason, bad := quoted[string(bytes.TrimSuffix(line, []byte{'\n'}))]; bad {
			return "InfluxDB cannot read its line: " + reason, true
		}
	}
	return "", false
}

// quotedLines finds the lines that an error text quotes, with what is wrong with them:
// unable to parse 'LINE': REASON, several with newlines between.
func quotedLines(text string) map[string]string {
	const start, end = "unable to parse '", "': "
	var quoted map[string]string
	for {
		at := strings.Index(text, start)
		if at < 0 {
			return quoted
		}
		text = text[at+len(start):]
		line, rest, ended := strings.Cut(text, end)
		if !ended {
			return quoted
		}
		reason, _, _ := strings.Cut(rest, "\n")
		reason, _, _ = strings.Cut(reason, " dropped=")
		if quoted == nil {
			quoted = map[string]string{}
		}
		quoted[line] = httpclient.Snippet([]byte(reason))
		text = rest
	}
}

// errorText is what the server says: 1.x {"error":…}, 2.x {"message":…}, a proxy anything.
func errorText(body []byte) string {
	var e struct{ Error, Message string }
	if json.Unmarshal(body, &e) == nil {
		if e.Message != "" {
			return e.Message
		}
		if e.Error != "" {
			return e.Error
		}
	}
	return string(body)
}

// divide sends the pieces of a refused request in two: those of the measurement that the answer
// names and the others, or else halves. A single one is refused.
func (o *Output) divide(ctx context.Context, pieces []piece, answer *httpclient.Answer, text string) error {
	if len(pieces) == 1 {
		o.refuse(pieces[0], answer, text)
		return nil
	}
	left := o.partition(pieces, text)
	if err := o.write(ctx, pieces[:left]); err != nil {
		return err
	}
	return o.write(ctx, pieces[left:])
}

func (o *Output) refuse(p piece, answer *httpclient.Answer, text string) {
	reason := httpclient.Snippet([]byte(text))
	if answer.Status != http.StatusRequestEntityTooLarge && !aboutLines(text) {
		o.doubtful = append(o.doubtful, p)
		o.doubt = answer.Text + ": " + reason
		return
	}
	p.item.Refuse(fmt.Errorf("InfluxDB refuses it: %s", reason))
}

// aboutLines tells whether an error text is about what is written rather than how.
func aboutLines(text string) bool {
	for _, mark := range []string{"partial write", "unable to parse", "field type conflict", "dropped=", "max key length"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// settleDoubtful refuses what the server refused for an unknown reason while it took other items. If
// it took none, the reason is hardly in the items: they are kept.
func (o *Output) settleDoubtful() {
	for _, p := range o.doubtful {
		if o.accepted > 0 {
			p.item.Refuse(fmt.Errorf("InfluxDB refuses it: %s", o.doubt))
		} else {
			p.item.Retry(fmt.Errorf("%s answers %s", httpclient.Redacted(o.server), o.doubt))
		}
	}
	o.doubtful = o.doubtful[:0]
}

// partition puts the pieces whose measurement the text names first and tells their number; where
// that does not divide them it is the half.
func (o *Output) partition(pieces []piece, text string) int {
	if _, after, named := strings.Cut(text, `on measurement "`); named {
		name, _, _ := strings.Cut(after, `"`)
		prefix := lineproto.AppendMeasurement(nil, name)
		named := func(p piece) bool {
			line := o.lines[p.from:p.to]
			return bytes.HasPrefix(line, prefix) && (line[len(prefix)] == ',' || line[len(prefix)] == ' ')
		}
		slices.SortStableFunc(pieces, func(a, b piece) int { return btoi(named(b)) - btoi(named(a)) })
		if n := countWhile(pieces, named); n > 0 && n < len(pieces) {
			return n
		}
	}
	return len(pieces) / 2
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func countWhile(pieces []piece, is func(piece) bool) (n int) {
	for n < len(pieces) && is(pieces[n]) {
		n++
	}
	return n
}
