package elasticsearch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"lma_collector/collector/httpclient"
	"lma_collector/collector/plugin"
)

// result is the answer to a bulk request: for each action, in order, an object with the operation
// as its key.
type result struct {
	Errors *bool             `json:"errors"`
	Items  []json.RawMessage `json:"items"`
}

// itemResult is what became of one action.
type itemResult struct {
	op     string
	Status int `json:"status"`
	Error  *struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
		Caused struct {
			Reason string `json:"reason"`
		} `json:"caused_by"`
	} `json:"error"`
}

// parseResult reads a bulk answer. Items come in order of the actions; the error says what is wrong
// with the answer as a whole.
func parseResult(body []byte, count int) ([]itemResult, error) {
	var r result
	if err := json.Unmarshal(body, &r); err != nil || r.Errors == nil {
		return nil, fmt.Errorf("%w (it begins with %q)", errNoResult, httpclient.Snippet(body))
	}
	if len(r.Items) != count {
		return nil, fmt.Errorf("tells of %d items, but %d were sent", len(r.Items), count)
	}
	list := make([]itemResult, count)
	for i, raw := range r.Items {
		var byOp map[string]itemResult
		if err := json.Unmarshal(raw, &byOp); err != nil || len(byOp) != 1 {
			return nil, fmt.Errorf("gives a result that is none for item %d: %q", i, httpclient.Snippet(raw))
		}
		for op, item := range byOp {
			list[i] = item
			list[i].op = op
		}
	}
	return list, nil
}

// allCreated recognises the usual answer, that all documents were created, without taking it apart.
func allCreated(body []byte, count int) bool {
	body, ok := bytes.CutPrefix(body, []byte(`{"errors":false,"items":[`))
	for i := 0; ok && i < count; i++ {
		if i > 0 {
			if body, ok = bytes.CutPrefix(body, []byte(",")); !ok {
				return false
			}
		}
		body, ok = bytes.CutPrefix(body, []byte(`{"create":{"status":201}}`))
	}
	return ok && string(bytes.TrimSpace(body)) == "]}"
}

// judgeItems marks each item with what the server says of it.
func (o *Output) judgeItems(body []byte, items []plugin.Item) error {
	if allCreated(body, len(items)) {
		return nil
	}
	list, err := parseResult(body, len(items))
	if err != nil {
		return fmt.Errorf("%s %w", httpclient.Redacted(o.transport.server), err)
	}
	for i := range list {
		switch r := &list[i]; r.verdict() {
		case stored:
			items[i].Accept()
		case storedBefore:
			o.existing.Add(1)
			items[i].Accept()
		case later:
			items[i].Retry(r.reason())
		case never:
			items[i].Refuse(r.reason())
		}
	}
	return nil
}

type verdict int

const (
	stored verdict = iota
	storedBefore
	later
	never
)

// verdict: what is overloaded, forbidden or broken for now is tried again, what the server cannot
// take is not.
func (r *itemResult) verdict() verdict {
	switch s := r.Status; {
	case s >= 200 && s < 300:
		return stored
	case s == http.StatusConflict && r.op == "create":
		return storedBefore
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500,
		s == http.StatusUnauthorized, s == http.StatusForbidden:
		return later
	}
	return never
}

func (r *itemResult) reason() error {
	text := "status " + strconv.Itoa(r.Status)
	if r.Error != nil {
		text += ": " + r.Error.Type + ": " + r.Error.Reason
		if cause := r.Error.Caused.Reason; cause != "" {
			text += " (" + cause + ")"
		}
	}
	return fmt.Errorf("the server's answer is %s", httpclient.Snippet([]byte(text)))
}
