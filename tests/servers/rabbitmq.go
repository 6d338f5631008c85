package servers

import (
	"fmt"
	"net"
	"testing"
	"time"
)

const rabbitBin = "/usr/lib/rabbitmq/bin"

// RabbitMQ is a single broker with a port mapper of its own, so that neither
// meets another Erlang node of the machine.
type RabbitMQ struct {
	*Daemon
	// NodeName is the Erlang node's name.
	NodeName string
	// Port speaks AMQP 0-9-1 on 127.0.0.1; user and password are guest.
	Port int
	// LogPath is the broker's log, its first line written at start.
	LogPath string
}

// StartRabbitMQ starts a broker and waits until it takes AMQP connections.
func StartRabbitMQ(t testing.TB) *RabbitMQ {
	t.Helper()
	Require(t, "rabbitmq")
	user := accountOf(t, "rabbitmq")
	mapper := newDaemon(t, "epmd", user)
	mapperPort, distPort := Port(t), Port(t)
	mapper.args = []string{program("epmd"), "-address", "127.0.0.1", "-port", fmt.Sprint(mapperPort)}
	mapper.ready = accepts(mapperPort)
	mapper.Start()

	r := &RabbitMQ{Daemon: mapper.companion("rabbitmq", user), Port: Port(t)}
	r.NodeName = fmt.Sprintf("lma%d@localhost", r.Port)
	r.LogPath = r.path("log/rabbit.log")
	r.logs = []string{r.LogPath}
	r.layOut(mapperPort, distPort)
	r.args = []string{rabbitBin + "/rabbitmq-server"}
	r.ready = r.speaksAMQP
	r.Start()
	return r
}

func (r *RabbitMQ) layOut(mapperPort, distPort int) {
	const local = "-kernel inet_dist_use_interface {127,0,0,1}"
	conf := fmt.Sprintf(`listeners.tcp.1 = 127.0.0.1:%d
log.file = rabbit.log
log.file.level = info
log.console = false
disk_free_limit.absolute = 1MB
num_acceptors.tcp = 2
`, r.Port)
	r.env = []string{
		"RABBITMQ_NODENAME=" + r.NodeName,
		"RABBITMQ_CONF_ENV_FILE=" + r.write("env.conf", ""),
		"RABBITMQ_CONFIG_FILE=" + r.write("rabbitmq.conf", conf),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + r.write("enabled_plugins", "[].\n"),
		"RABBITMQ_MNESIA_BASE=" + r.mkdir("mnesia"),
		"RABBITMQ_LOG_BASE=" + r.mkdir("log"),
		"RABBITMQ_DIST_PORT=" + fmt.Sprint(distPort),
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=" + local + " +S 1:1 +sbwt none",
		"RABBITMQ_CTL_ERL_ARGS=" + local + " +S 1:1 +sbwt none",
		"ERL_EPMD_ADDRESS=127.0.0.1",
		"ERL_EPMD_PORT=" + fmt.Sprint(mapperPort),
		// The start script then becomes the broker and leaves no shell behind that
		// would have to pass signals on.
		"RUNNING_UNDER_SYSTEMD=true",
	}
}

// speaksAMQP reports nil once the broker answers a protocol header with its
// first method frame, Connection.Start (AMQP 0-9-1 section 4.2).
func (r *RabbitMQ) speaksAMQP() error {
	answer, err := r.greet("AMQP\x00\x00\x09\x01")
	if err == nil && answer[0] != 1 {
		err = fmt.Errorf("the answer %q is no method frame", answer)
	}
	return err
}

// CauseError makes the broker log an error of a connection, as a client of
// another protocol does.
func (r *RabbitMQ) CauseError() {
	r.t.Helper()
	if _, err := r.greet("GET / HTTP/1.0\r\n\r\n"); err != nil {
		r.t.Fatalf("rabbitmq: %v", err)
	}
}

// greet sends a header and gives the first bytes of the answer.
func (r *RabbitMQ) greet(header string) ([]byte, error) {
	conn, err := net.DialTimeout("tcp", loopback(r.Port), time.Second)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Write([]byte(header)); err != nil {
		return nil, err
	}
	answer := make([]byte, 8)
	n, err := conn.Read(answer)
	if err != nil {
		return nil, err
	}
	return answer[:n], nil
}

// Ctl runs rabbitmqctl against the broker and gives what it printed.
func (r *RabbitMQ) Ctl(args ...string) (string, error) {
	return r.run(60*time.Second, append([]string{rabbitBin + "/rabbitmqctl", "--node", r.NodeName}, args...)...)
}
