import type { Severity } from "../../../config/choices.ts";
import type { Config } from "../../../config/schema.ts";
import { SECRETS_FOLDER } from "../../files.ts";

type Receivers = Config["monitoring"]["receivers"];

/** The kinds of receivers, and their names. */
export type ReceiverName = keyof Receivers;

/** The file, beside the configuration, with the authority of a private mail server. */
export const MAIL_AUTHORITY_FILE = "/etc/alertmanager/mail-ca.crt";

/** A receiver in the words of Alertmanager's configuration. */
export interface ReceiverConfig {
  readonly name: ReceiverName;
  readonly least: Severity;
  readonly config: Readonly<Record<string, unknown>>;
}

const secret = (name: string) => `${SECRETS_FOLDER}/${name}`;

/** A message in one line for each alert. */
const TITLE =
  '{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }} {{ .CommonLabels.alertname }}';
const TEXT = `{{ range .Alerts }}{{ .Annotations.summary }}
{{ .Annotations.description }}
What to do: {{ .Annotations.runbook }}

{{ end }}`;

/** The receivers that are set. */
export function receiverConfigs(receivers: Receivers): ReceiverConfig[] {
  const { email, webhook, slack, ntfy, telegram, pagerduty } = receivers;
  return [
    ...(email ? [receiver("email", email, { email_configs: email.to.map((to) => emailConfig(email, to)) })] : []),
    ...(webhook ? [receiver("webhook", webhook, { webhook_configs: [webhookConfig(webhook)] })] : []),
    ...(slack ? [receiver("slack", slack, { slack_configs: [slackConfig(slack)] })] : []),
    ...(ntfy ? [receiver("ntfy", ntfy, { webhook_configs: [ntfyConfig(ntfy)] })] : []),
    ...(telegram ? [receiver("telegram", telegram, { telegram_configs: [telegramConfig(telegram)] })] : []),
    ...(pagerduty ? [receiver("pagerduty", pagerduty, { pagerduty_configs: [pagerdutyConfig(pagerduty)] })] : []),
  ];
}

function receiver(
  name: ReceiverName,
  { least }: { readonly least: Severity },
  config: ReceiverConfig["config"],
): ReceiverConfig {
  return { name, least, config };
}

type Settings<Name extends ReceiverName> = NonNullable<Receivers[Name]>;

function emailConfig({ smarthost, from, username, passwordSecret, tls, ca }: Settings<"email">, to: string) {
  return {
    to,
    from,
    smarthost,
    send_resolved: true,
    ...(username === undefined || passwordSecret === undefined
      ? {}
      : { auth_username: username, auth_password_file: secret(passwordSecret) }),
    require_tls: tls === "starttls",
    ...(tls === "implicit" ? { force_implicit_tls: true } : {}),
    ...(ca === undefined ? {} : { tls_config: { ca_file: MAIL_AUTHORITY_FILE } }),
    headers: { Subject: TITLE },
    html: "",
    text: TEXT,
  };
}

function webhookConfig({ urlSecret, tokenSecret }: Settings<"webhook">) {
  return { url_file: secret(urlSecret), send_resolved: true, timeout: "5s", ...bearer(tokenSecret) };
}

function slackConfig({ urlSecret, channel }: Settings<"slack">) {
  return {
    api_url_file: secret(urlSecret),
    ...(channel === undefined ? {} : { channel }),
    send_resolved: true,
    title: TITLE,
    text: TEXT,
  };
}

/** ntfy takes JSON at its root. Its priorities go from 1 to 5. */
function ntfyConfig({ url, topic, tokenSecret }: Settings<"ntfy">) {
  return {
    url,
    send_resolved: true,
    timeout: "5s",
    ...bearer(tokenSecret),
    payload: {
      topic,
      title: TITLE,
      message: TEXT,
      priority: '{{ if and (eq .Status "firing") (eq .CommonLabels.severity "page") }}5{{ else }}3{{ end }}',
    },
  };
}

function telegramConfig({ url, tokenSecret, chatId }: Settings<"telegram">) {
  return {
    api_url: url,
    bot_token_file: secret(tokenSecret),
    chat_id: Number(chatId),
    send_resolved: true,
    parse_mode: "",
    message: `${TITLE}\n${TEXT}`,
  };
}

function pagerdutyConfig({ url, routingKeySecret }: Settings<"pagerduty">) {
  return {
    url,
    routing_key_file: secret(routingKeySecret),
    send_resolved: true,
    description: TITLE,
    severity: '{{ if eq .CommonLabels.severity "page" }}critical{{ else }}warning{{ end }}',
    details: { text: TEXT },
  };
}

function bearer(name: string | undefined) {
  return name === undefined
    ? {}
    : { http_config: { authorization: { type: "Bearer", credentials_file: secret(name) } } };
}
