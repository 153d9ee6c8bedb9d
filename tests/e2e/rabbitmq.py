"""A RabbitMQ of the test's own: node name, ports and folders apart from any other on the machine."""

import base64
import os
import pathlib
import pwd
import shutil
import subprocess

from harness import Process, free_port, http_json, wait_until


class RabbitMq:
    def __init__(self, folder):
        self.home = folder / "rabbitmq"
        self.amqp, self.management, self.distribution, self.epmd = (free_port() for _ in range(4))
        for part in ("mnesia", "log"):
            (self.home / part).mkdir(parents=True)
        (self.home / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.home / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.amqp}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self.management}\n")
        self.url = f"http://127.0.0.1:{self.management}"
        self.process = None

    def __enter__(self):
        env = {
            "HOME": str(self.home),
            "RABBITMQ_NODENAME": f"syncline{self.amqp}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd),
        }
        command = ["/usr/lib/rabbitmq/bin/rabbitmq-server"]
        if os.geteuid() == 0:
            account = pwd.getpwnam("rabbitmq")
            for path in [self.home, *self.home.rglob("*")]:
                os.chown(path, account.pw_uid, account.pw_gid)
            command = ["setpriv", "--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups", *command]
        self.process = Process(command, self.home.parent / "rabbitmq.log", env)
        try:
            wait_until(self.answers, 120, "RabbitMQ's management API")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self.process.stop()
        # epmd is a daemon that the node started; nothing else knows our port.
        epmd = shutil.which("epmd") or next(pathlib.Path("/usr/lib/erlang").glob("erts-*/bin/epmd"))
        subprocess.run([str(epmd), "-port", str(self.epmd), "-kill"],
                       env={**os.environ, "ERL_EPMD_PORT": str(self.epmd)},
                       capture_output=True, check=False)

    def answers(self):
        assert self.process.running(), self.process.text()
        try:
            return self.call("GET", "/api/overview") is not None
        except OSError:
            return False

    def call(self, method, path, data=None):
        sign_in = base64.b64encode(b"guest:guest").decode()
        return http_json(self.url + path, data, method, {"Authorization": f"Basic {sign_in}"})

    def fill(self, queue_count, user_count):
        for number in range(queue_count):
            self.call("PUT", f"/api/queues/%2F/queue-{number:05}", {"durable": number % 2 == 0})
        for number in range(user_count):
            self.call("PUT", f"/api/users/user-{number:03}",
                      {"password": f"pw-{number}", "tags": "monitoring" if number % 3 else ""})
