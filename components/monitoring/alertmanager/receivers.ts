import type { Severity } from "../../../config/choices.ts";
import type { MonitoringPlan } from "../../../topology/monitoringPlan.ts";
import { SECRETS_FOLDER } from "../../files.ts";

type Receivers = MonitoringPlan["receivers"];

/** The kinds of receivers, and their names. */
export type ReceiverName = keyof Receivers;

/** The file, beside the configuration, with the authority of a private mail server. */
export const MAIL_AUTHORITY_FILE = "/etc/alertmanager/mail-ca.crt";

/** The file in /run/secrets that is made of a bot's URL and its token: no name of a secret has a dot. */
const TELEGRAM_URL = "telegram.url";

/** The files in /run/secrets: the secrets by their names, and what is made of them. */
export function secretTexts({ receivers, secrets }: Pick<MonitoringPlan, "receivers" | "secrets">) {
  const { telegram } = receivers;
  if (telegram === undefined) return secrets;
  const token = secrets[telegram.tokenSecret]?.trim() ?? "";
  return { ...secrets, [TELEGRAM_URL]: `${telegram.url.replace(/\/$/, "")}/bot${token}/sendMessage` };
}

/** A receiver in the words of Alertmanager's configuration. */
export interface ReceiverConfig {
  readonly name: ReceiverName;
  readonly least: Severity;
  readonly config: Readonly<Record<string, unknown>>;
}

const secret = (name: string) => `${SECRETS_FOLDER}/${name}`;

/** A message in one line: how it stands, the alert, its server if it has one, and the stack. */
const title = (stack: string) =>
  `{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }} {{ .CommonLabels.alertname }}{{ with .CommonLabels.server }} {{ . }}{{ end }} (${stack})`;

/** Alertmanager's own address, which it links to by default, is reached by nobody who reads messages. */
const NO_LINK = "";

/** Telegram refuses messages of more than 4,096 characters, and ntfy makes files of them. */
const MOST_ALERTS = 10;
const TEXT = `{{ range $index, $alert := .Alerts }}{{ if lt $index ${MOST_ALERTS} }}{{ $alert.Annotations.summary }}
{{ $alert.Annotations.description }}
What to do: {{ $alert.Annotations.runbook }}

{{ end }}{{ end }}{{ if gt (len .Alerts) ${MOST_ALERTS} }}{{ len .Alerts }} alerts in all{{ end }}`;

/** What messages are made of. */
export type Notified = Pick<MonitoringPlan, "receivers" | "stack">;

/** The receivers that are set. */
export function receiverConfigs({ receivers, stack }: Notified): ReceiverConfig[] {
  const { email, webhook, slack, ntfy, telegram, pagerduty } = receivers;
  const line = title(stack);
  return [
    ...(email ? [receiver("email", email, { email_configs: email.to.map((to) => emailConfig(email, to, line)) })] : []),
    ...(webhook ? [receiver("webhook", webhook, { webhook_configs: [webhookConfig(webhook)] })] : []),
    ...(slack ? [receiver("slack", slack, { slack_configs: [slackConfig(slack, line)] })] : []),
    ...(ntfy ? [receiver("ntfy", ntfy, { webhook_configs: [ntfyConfig(ntfy, line)] })] : []),
    ...(telegram ? [receiver("telegram", telegram, { webhook_configs: [telegramConfig(telegram, line)] })] : []),
    ...(pagerduty ? [receiver("pagerduty", pagerduty, { pagerduty_configs: [pagerdutyConfig(pagerduty, line)] })] : []),
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

function emailConfig(settings: Settings<"email">, to: string, subject: string) {
  const { smarthost, from, username, passwordSecret, tls, ca } = settings;
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
    headers: { Subject: subject },
    html: "",
    text: TEXT,
  };
}

function webhookConfig({ urlSecret, tokenSecret }: Settings<"webhook">) {
  return { url_file: secret(urlSecret), send_resolved: true, timeout: "5s", ...bearer(tokenSecret) };
}

function slackConfig({ urlSecret, channel }: Settings<"slack">, title: string) {
  return {
    api_url_file: secret(urlSecret),
    ...(channel === undefined ? {} : { channel }),
    send_resolved: true,
    timeout: "5s",
    title,
    title_link: NO_LINK,
    fallback: title,
    text: TEXT,
  };
}

/** ntfy takes JSON at its root. Its priorities go from 1 to 5. */
function ntfyConfig({ url, topic, tokenSecret }: Settings<"ntfy">, title: string) {
  return {
    url,
    send_resolved: true,
    timeout: "5s",
    ...bearer(tokenSecret),
    payload: {
      topic,
      title,
      message: TEXT,
      priority: '{{ if and (eq .Status "firing") (eq .CommonLabels.severity "page") }}5{{ else }}3{{ end }}',
    },
  };
}

/**
 * A webhook, because Alertmanager's own receiver for Telegram writes the URL with the bot's token to its log when a
 * message fails, and ends itself at an answer without a chat.
 */
function telegramConfig({ chatId }: Settings<"telegram">, title: string) {
  return {
    url_file: secret(TELEGRAM_URL),
    send_resolved: true,
    timeout: "5s",
    payload: { chat_id: chatId, text: `${title}\n${TEXT}`, disable_web_page_preview: true },
  };
}

function pagerdutyConfig({ url, routingKeySecret }: Settings<"pagerduty">, title: string) {
  return {
    url,
    routing_key_file: secret(routingKeySecret),
    send_resolved: true,
    timeout: "5s",
    // Its screens and calls have nothing but this line.
    description: `${title}{{ with .CommonAnnotations.summary }}: {{ . }}{{ end }}`,
    client_url: NO_LINK,
    severity: '{{ if eq .CommonLabels.severity "page" }}critical{{ else }}warning{{ end }}',
    details: { text: TEXT },
  };
}

function bearer(name: string | undefined) {
  return name === undefined
    ? {}
    : { http_config: { authorization: { type: "Bearer", credentials_file: secret(name) } } };
}
