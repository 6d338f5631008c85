package health

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sound is a catalogue without a mistake, which each case changes.
const sound = `[parameter]
low = 5

[[alarm]]
name = "fs-critical"
description = "The filesystem is nearly full"
severity = "critical"
  [[alarm.rule]]
  metric = "fs_space_percent_free"
  fields = { fs = "/" }
  function = "min"
  window = 60
  relational_operator = "<"
  threshold = "%PARAM[low]"

[[watch]]
type = "node"
cluster = "default"
member = "root-fs"
roles = ["default"]
alarms = ["fs-critical"]

[[policy]]
name = "worst"
  [[policy.when]]
  status = "critical"
  rule = [{ function = "count", arguments = ["critical"], relational_operator = ">", threshold = 0 }]
  [[policy.when]]
  status = "okay"

[[cluster]]
level = "node"
name = "default"
policy = "worst"
group_by = "hostname"
members = ["root-fs"]

[[cluster]]
level = "global"
name = "system"
policy = "worst"
members = ["default"]
`

func loadText(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, found := Load(dir, nil)
	return strings.ReplaceAll(found.String(), dir+string(filepath.Separator), "")
}

func TestMistakesAreFoundWithTheirPlace(t *testing.T) {
	if got := loadText(t, sound); got != "" {
		t.Fatalf("the sound catalogue:\n%s", got)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"function", `function = "min"`, `function = "minn"`, `a.toml:11:3: error: "minn" is not a valid function (did you mean "min"?)`},
		{"unknown function", `function = "min"`, `function = "median"`, `a.toml:11:3: error: "median" is not a valid function (one of avg, diff, last, max, min, roc, sd, sum, variance)`},
		{"severity", `severity = "critical"`, `severity = "critcal"`, `a.toml:7:1: error: "critcal" is not a valid severity (did you mean "critical"?)`},
		{"no data policy", `severity = "critical"`, "severity = \"critical\"\nno_data_policy = \"skipp\"", `a.toml:8:1: error: "skipp" is not a valid no_data_policy (did you mean "skip"?)`},
		{"logical operator", `severity = "critical"`, "severity = \"critical\"\nlogical_operator = \"&&\"", `a.toml:8:1: error: "&&" is not a valid logical_operator (one of or, and)`},
		{"operator", `relational_operator = "<"` + "\n  threshold = \"%", `relational_operator = "=<"` + "\n  threshold = \"%", `a.toml:13:3: error: "=<" is not a valid relational_operator (one of ==, !=, >=, >, <=, <, eq, ne, gte, gt, lte, lt)`},
		{"parameter", `%PARAM[low]`, `%PARAM[lov]`, `a.toml:14:3: error: there is no parameter "lov" (did you mean "low"?)`},
		{"threshold", `%PARAM[low]`, `few`, `a.toml:14:3: error: the threshold "few" is not a number (give a number or "%PARAM[name]")`},
		{"expression", `fs = "/"`, `fs = "&& /"`, `a.toml:10:14: error: invalid expression "&& /": write terms such as == a, !~ "^b c" or >= 200, joined by && and ||, with spaces around words`},
		{"metric", `metric = "fs_space_percent_free"`, ``, `a.toml:8:3: error: metric is missing`},
		{"roc", `function = "min"`, `function = "roc"`, `a.toml:8:3: error: roc compares a window with the ones before and needs at least 2 periods (give periods = 2 or more)`},
		{"unknown option", `window = 60`, `windows = 60`, `a.toml:12:3: error: [alarm[0].rule[0]] has no option "windows" (did you mean "window"?)`},
		{"alarm of watch", `alarms = ["fs-critical"]`, `alarms = ["fs-critcal"]`, `a.toml:21:1: error: there is no alarm "fs-critcal" (did you mean "fs-critical"?)`},
		{"type", `type = "node"`, `type = "host"`, `a.toml:17:1: error: "host" is not a valid type (one of node, service)`},
		{"policy", `policy = "worst"` + "\ngroup_by", `policy = "wurst"` + "\ngroup_by", `a.toml:34:1: error: there is no policy "wurst" (did you mean "worst"?)`},
		{"status", `status = "okay"`, `status = "ok"`, `a.toml:29:3: error: "ok" is not a valid status (one of okay, warning, unknown, critical, down)`},
		{"argument", `arguments = ["critical"]`, `arguments = ["crit"]`, `a.toml:27:33: error: "crit" is not a valid status (one of okay, warning, unknown, critical, down)`},
		{"member", `members = ["root-fs"]`, `members = ["root-fz"]`, `a.toml:36:1: error: there is no watch for the member "default.root-fz" (did you mean "default.root-fs"?)`},
		{"cluster", `members = ["default"]`, `members = ["defalt"]`, `a.toml:42:1: error: there is no service or node cluster "defalt" (did you mean "default"?)`},
		{"hints", `members = ["default"]`, "members = [\"default\"]\nhints = [\"sistem\"]", `a.toml:43:1: error: there is no global cluster "sistem" (did you mean "system"?)`},
		{"group_by", `group_by = "hostname"`, `group_by = "host"`, `a.toml:35:1: error: "host" is not a valid group_by (one of member, hostname, none)`},
		{"group_by of a global cluster", `members = ["default"]`, "members = [\"default\"]\ngroup_by = \"hostname\"", `a.toml:43:1: error: clusters have no host: a global cluster can be grouped by member only (give group_by = "member")`},
		{"level", `level = "global"`, `level = "cloud"`, `a.toml:39:1: error: "cloud" is not a valid level (one of service, node, global)`},
		{
			"duplicate", `[[watch]]`, "[[alarm]]\nname = \"fs-critical\"\ndescription = \"x\"\nseverity = \"warning\"\n  [[alarm.rule]]\n  metric = \"m\"\n  function = \"avg\"\n  relational_operator = \">\"\n  threshold = 1\n\n[[watch]]",
			`a.toml:16:1: error: the alarm "fs-critical" is already defined in a.toml:4 (rename one)`,
		},
		{"unused", `alarms = ["fs-critical"]`, `alarms = []`, `a.toml:5:1: warning: no watch names the alarm "fs-critical" (name it in the alarms of a [[watch]])`},
		{"watch without cluster", `cluster = "default"`, `cluster = "defaul"`, `a.toml:18:1: warning: there is no node cluster "defaul": defaul.root-fs is reported for each host, but rolls up into nothing (did you mean "default"?)`},
		{"no name", `name = "fs-critical"`, ``, `a.toml:4:1: error: name is missing`},
		{"no description", `description = "The filesystem is nearly full"`, ``, `a.toml:4:1: error: description is missing`},
		{"negative window", `window = 60`, `window = -1`, `a.toml:12:3: error: a window of -1 s is negative`},
		{"negative periods", `window = 60`, "window = 60\n  periods = -1", `a.toml:13:3: error: -1 periods are negative`},
		{"no threshold", `  threshold = "%PARAM[low]"`, ``, `a.toml:8:3: error: threshold is missing`},
		{"threshold of another type", `"%PARAM[low]"`, `true`, `a.toml:14:3: error: the threshold is not a number (give a number or "%PARAM[name]")`},
		{"empty expression", `fs = "/"`, `fs = " "`, `a.toml:10:14: error: the expression is empty: give the text that the field must be equal to`},
		{"watch without a cluster", `cluster = "default"`, ``, `a.toml:16:1: error: cluster is missing`},
		{"watch without a member", `member = "root-fs"`, ``, `a.toml:16:1: error: member is missing`},
		{"no arguments", `arguments = ["critical"]`, `arguments = []`, `a.toml:27:3: error: arguments is missing`},
		{"alerting", `members = ["default"]`, "members = [\"default\"]\nalerting = \"off\"", `a.toml:43:1: error: "off" is not a valid alerting (one of enabled, enabled_with_notification, disabled)`},
		{"no members", `members = ["default"]`, ``, `a.toml:38:1: error: members is missing`},
		{"syntax", `window = 60`, `window = `, `a.toml:12:`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(sound, c.old) {
				t.Fatalf("the catalogue has no %q", c.old)
			}
			got := loadText(t, strings.Replace(sound, c.old, c.new, 1))
			if !strings.Contains(got, c.want) {
				t.Errorf("got\n%swant %s", got, c.want)
			}
		})
	}
}
