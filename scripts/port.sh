#!/bin/sh
# Says at once when a port of this machine is taken, before anybody waits for a build: port.sh 8080.
set -eu
case $1 in
'' | *[!0-9]*) echo "PORT=$1 is no port: it is a number, such as PORT=8090" >&2; exit 1 ;;
esac
node -e '
const port = Number(process.argv[1]);
if (port < 1 || port > 65535) {
  console.error(`PORT=${port} is no port: it is a number from 1 to 65535`);
  process.exit(1);
}
const server = require("net").createServer();
server.on("error", (error) => {
  const why = error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.code})`;
  console.error(`Port ${port} ${why}: run it on another one, such as make run PORT=${port === 8090 ? 8091 : 8090}`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => server.close());
' "$1"
