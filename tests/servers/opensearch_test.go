package servers

import (
	"net/http"
	"slices"
	"testing"
)

func TestOpenSearchJudgesEachBulkItem(t *testing.T) {
	o := StartOpenSearch(t)
	bulk := `{"create":{"_index":"log-1","_id":"1"}}
{"severity":3}
{"create":{"_index":"log-1","_id":"1"}}
{"severity":3}
{"create":{"_index":"log-1","_id":"2"}}
{"severity":"no number"}
`
	var answer struct {
		Errors bool
		Items  []map[string]struct{ Status int }
	}
	if err := o.Do(http.MethodPost, "/_bulk", []byte(bulk), &answer); err != nil {
		t.Fatal(err)
	}
	var status []int
	for _, item := range answer.Items {
		status = append(status, item["create"].Status)
	}
	if want := []int{201, 409, 400}; !answer.Errors || !slices.Equal(status, want) {
		t.Errorf("bulk gave errors=%v and %v, want true and %v", answer.Errors, status, want)
	}
	found, err := o.Search("log-*", "severity:3")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || string(found["1"]) != `{"severity":3}` {
		t.Errorf("found %s, want document 1", found)
	}
	listensOnLoopbackOnly(t, o.Daemon, portOf(t, o.URL))
}

func TestOpenSearchGoesOnAfterARestart(t *testing.T) {
	o := StartOpenSearch(t)
	template := `{"index_patterns":["stream-*"],"data_stream":{}}`
	if err := o.Do(http.MethodPut, "/_index_template/streams", []byte(template), nil); err != nil {
		t.Fatal(err)
	}
	doc := `{"@timestamp":"2024-01-01T00:00:00Z"}`
	if err := o.Do(http.MethodPut, "/stream-log/_create/a", []byte(doc), nil); err != nil {
		t.Fatal(err)
	}
	o.Stop()
	if err := o.Do(http.MethodGet, "/", nil, nil); err == nil {
		t.Error("a stopped OpenSearch answers")
	}
	o.Start()
	found, err := o.Search("stream-log", "*")
	if err != nil || len(found) != 1 {
		t.Errorf("after a restart found %s, %v, want one document", found, err)
	}
}
