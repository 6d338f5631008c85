package health

import (
	"path/filepath"
	"slices"
	"testing"
)

const shipped = "../../alarms"

func TestShippedDefinitionsHaveNoMistake(t *testing.T) {
	c, found := Load(shipped, nil)
	if len(found) > 0 {
		t.Fatalf("the shipped definitions:\n%s", found)
	}
	if len(c.Alarms) < 40 || len(c.Watches) < 50 || len(c.Policies) != 5 {
		t.Errorf("%d alarms, %d watches, %d policies", len(c.Alarms), len(c.Watches), len(c.Policies))
	}
	for _, a := range c.Alarms {
		if !a.Enabled {
			t.Errorf("alarm %s is shipped switched off", a.Name)
		}
	}
}

func TestParametersAreResolvedAndOverridden(t *testing.T) {
	c, found := Load(shipped, map[string]float64{"root_fs_critical": 3})
	if found.HasErrors() {
		t.Fatal(found)
	}
	if got := c.Alarm("root-fs-critical").Rules[0].threshold; got != 3 {
		t.Errorf("overridden threshold = %v, want 3", got)
	}
	if got := c.Alarm("root-fs-warning").Rules[0].threshold; got != 10 {
		t.Errorf("default threshold = %v, want 10", got)
	}
	_, found = Load(shipped, map[string]float64{"root_fs_critcal": 3})
	want := shipped + `: error: there is no parameter "root_fs_critcal" to override (did you mean "root_fs_critical"?)` + "\n"
	if found.String() != want {
		t.Errorf("got  %swant %s", found, want)
	}
}

func TestFedKeepsWhatRolesCanReport(t *testing.T) {
	c, _ := Load(shipped, nil)
	names := func(list []*Cluster) (names []string) {
		for _, x := range list {
			names = append(names, x.Name)
		}
		return names
	}
	if got := names(c.Fed(LevelNode, []string{"default"})); !slices.Equal(got, []string{"default"}) {
		t.Errorf("node clusters = %v", got)
	}
	global := c.Fed(LevelGlobal, []string{"default"})
	if got := names(global); !slices.Equal(got, []string{"system"}) {
		t.Fatalf("global clusters = %v", got)
	}
	if !slices.Equal(global[0].Members, []string{"default"}) {
		t.Errorf("members of system = %v", global[0].Members)
	}
	if got, all := len(c.Fed(LevelService, nil)), 6; got != all {
		t.Errorf("%d service clusters without roles, want %d", got, all)
	}
}

func TestLoadOfMissingDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, found := Load(dir, nil)
	want := dir + ": error: cannot read the definitions of alarms: no such file or directory (give the directory that holds alarms/*.toml)\n"
	if found.String() != want {
		t.Errorf("got  %swant %s", found, want)
	}
}
