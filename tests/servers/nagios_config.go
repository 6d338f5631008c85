package servers

import (
	"fmt"
	"regexp"
	"strings"
)

// nagiosConfig is the main configuration: passive results and freshness, no
// notifications, everything inside dir.
func nagiosConfig(dir string, a account) string {
	return expand(`
log_file=@DIR@/log/nagios.log
cfg_file=@DIR@/etc/base.cfg
cfg_file=@DIR@/etc/objects.cfg
resource_file=@DIR@/etc/resource.cfg
object_cache_file=@DIR@/var/objects.cache
precached_object_file=@DIR@/var/objects.precache
status_file=@DIR@/var/status.dat
status_update_interval=1
state_retention_file=@DIR@/var/retention.dat
lock_file=@DIR@/var/nagios.pid
temp_file=@DIR@/var/nagios.tmp
temp_path=@DIR@/var
check_result_path=@DIR@/var/spool/checkresults
log_archive_path=@DIR@/log
command_file=@DIR@/var/rw/nagios.cmd
query_socket=@DIR@/var/rw/nagios.qh
nagios_user=@USER@
nagios_group=@GROUP@
event_broker_options=0
check_workers=1
use_syslog=0
check_for_updates=0
check_external_commands=1
log_external_commands=1
log_passive_checks=1
accept_passive_service_checks=1
accept_passive_host_checks=1
check_service_freshness=1
service_freshness_check_interval=2
check_host_freshness=1
host_freshness_check_interval=2
additional_freshness_latency=0
max_service_check_spread=1
max_host_check_spread=1
check_result_reaper_frequency=1
enable_notifications=0
enable_flap_detection=0
`+"illegal_object_name_chars=`~!$%^&*|'\"<>?,()=\nillegal_macro_output_chars=`~$&|'\"<>\n",
		"@DIR@", dir, "@USER@", a.name, "@GROUP@", a.group)
}

func cgiConfig(dir string) string {
	return expand(`
main_config_file=@DIR@/etc/nagios.cfg
physical_html_path=/usr/share/nagios4/htdocs
url_html_path=/nagios4
use_authentication=1
use_ssl_authentication=0
authorized_for_system_information=@USER@
authorized_for_configuration_information=@USER@
authorized_for_system_commands=@USER@
authorized_for_all_services=@USER@
authorized_for_all_hosts=@USER@
authorized_for_all_service_commands=@USER@
authorized_for_all_host_commands=@USER@
escape_html_tags=1
lock_author_names=0
`, "@DIR@", dir, "@USER@", nagiosUser)
}

func apacheConfig(dir string, port int, web account) string {
	return expand(`
ServerRoot @DIR@/apache
ServerName 127.0.0.1
Listen @ADDRESS@
PidFile @DIR@/apache/pid
DefaultRuntimeDir @DIR@/apache
User @USER@
Group @GROUP@
LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
LoadModule authn_core_module @MODULES@/mod_authn_core.so
LoadModule authn_file_module @MODULES@/mod_authn_file.so
LoadModule authz_core_module @MODULES@/mod_authz_core.so
LoadModule authz_user_module @MODULES@/mod_authz_user.so
LoadModule auth_basic_module @MODULES@/mod_auth_basic.so
LoadModule alias_module @MODULES@/mod_alias.so
LoadModule env_module @MODULES@/mod_env.so
LoadModule cgid_module @MODULES@/mod_cgid.so
ScriptSock @DIR@/apache/cgid.sock
StartServers 1
ServerLimit 1
ThreadsPerChild 16
MaxRequestWorkers 16
Timeout 5
LogLevel warn
ErrorLog @DIR@/apache/error.log
LogFormat "%h %u %t \"%r\" %>s %b" common
CustomLog @DIR@/apache/access.log common
ScriptAlias /cgi-bin/nagios4 @CGI@
<Directory @CGI@>
  SetEnv NAGIOS_CGI_CONFIG @DIR@/etc/cgi.cfg
  Options ExecCGI
  AuthType Basic
  AuthName "Nagios"
  AuthBasicProvider file
  AuthUserFile @DIR@/etc/htpasswd
  Require valid-user
</Directory>
`, "@DIR@", dir, "@ADDRESS@", loopback(port), "@USER@", web.name, "@GROUP@", web.group,
		"@MODULES@", "/usr/lib/apache2/modules", "@CGI@", nagiosCGI)
}

func expand(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(strings.TrimLeft(text, "\n"))
}

// baseObjects gives the definitions that objects leaves out and Nagios or its
// stock templates need.
func baseObjects(objects string) string {
	var b strings.Builder
	for _, o := range []struct{ directive, name, text string }{
		{"timeperiod_name", "24x7", baseTimeperiod},
		{"command_name", "check_ok", `define command {
  command_name check_ok
  command_line $USER1$/check_dummy 0 "assumed up"
}
`},
		{"command_name", "check_stale", `define command {
  command_name check_stale
  command_line $USER1$/check_dummy 3 "No passive result received (stale)"
}
`},
		{"contact_name", nagiosUser, baseContact},
		{"contactgroup_name", "admins", `define contactgroup {
  contactgroup_name admins
  alias             administrators
  members           nagiosadmin
}
`},
	} {
		defined := regexp.MustCompile(`(?m)^\s*` + o.directive + `\s+` + o.name + `\s*$`)
		if !defined.MatchString(objects) {
			b.WriteString(o.text)
		}
	}
	return b.String()
}

const baseTimeperiod = `define timeperiod {
  timeperiod_name 24x7
  alias           always
  monday          00:00-24:00
  tuesday         00:00-24:00
  wednesday       00:00-24:00
  thursday        00:00-24:00
  friday          00:00-24:00
  saturday        00:00-24:00
  sunday          00:00-24:00
}
`

const baseContact = `define contact {
  contact_name                  nagiosadmin
  alias                         administrator
  host_notifications_enabled    0
  service_notifications_enabled 0
  host_notification_period      24x7
  service_notification_period   24x7
  host_notification_options     n
  service_notification_options  n
  host_notification_commands    check_ok
  service_notification_commands check_ok
}
`

// PassiveService gives the objects of a host that is assumed up and of its
// passive services, which turn UNKNOWN when no result came for freshness
// seconds (0: never).
func PassiveService(host string, freshness int, services ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `define host {
  host_name              %s
  address                127.0.0.1
  check_command          check_ok
  active_checks_enabled  0
  passive_checks_enabled 1
  max_check_attempts     1
  check_period           24x7
  notification_interval  0
  notification_period    24x7
  contacts               nagiosadmin
}
`, host)
	fresh := 0
	if freshness > 0 {
		fresh = 1
	}
	for _, service := range services {
		fmt.Fprintf(&b, `define service {
  host_name              %s
  service_description    %s
  check_command          check_stale
  active_checks_enabled  0
  passive_checks_enabled 1
  check_freshness        %d
  freshness_threshold    %d
  max_check_attempts     1
  check_interval         1
  retry_interval         1
  check_period           24x7
  notification_interval  0
  notification_period    24x7
  contacts               nagiosadmin
}
`, host, service, fresh, freshness)
	}
	return b.String()
}
