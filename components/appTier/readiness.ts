import type { ApplicationPlan } from "../../topology/applicationPlan.ts";

/**
 * Asks an application whether it is ready, and says what it answered: a check of a container's health, for bash. The
 * images' only HTTP client is node, whose start costs 0.1 s of CPU; bash speaks enough HTTP.
 */
export function readinessProbe({ listenAddress, port, readiness }: ApplicationPlan): string[] {
  const { path, host, isHttps, status } = readiness;
  const [least = "", most = least] = status.split("-");
  return ["bash", "-c", SCRIPT, "ready", listenAddress, `${port}`, path, host, isHttps ? "https" : "http", least, most];
}

/** One line at the end says why the application does not count as ready. */
const SCRIPT = `
address=$1 port=$2 path=$3 host=$4 scheme=$5 least=$6 most=$7
asked="GET $path with Host: $host and X-Forwarded-Proto: $scheme"
exec 3<>"/dev/tcp/$address/$port" || { echo "nothing listens on port $port of $address"; exit 1; }
printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nX-Forwarded-Proto: %s\\r\\nConnection: close\\r\\n\\r\\n' "$path" "$host" "$scheme" >&3
read -r _ status reason <&3 || { echo "$asked: the connection was closed without an answer"; exit 1; }
if [[ $status =~ ^[0-9]{3}$ ]] && ((status >= least && status <= most)); then exit 0; fi
location=
while read -r name value <&3 && [ "\${name%$'\\r'}" != "" ]; do
  if [ "\${name,,}" = location: ]; then location=" to \${value%$'\\r'}"; fi
done
echo "$asked answered \${status:-no status} \${reason%$'\\r'}$location"
exit 1
`;
