import { z } from "zod";
import { MAIL_TLS, SEVERITIES } from "../choices.ts";
import { type About, hostPort, name, oneOf, pem, webUrl } from "../kinds.ts";

/** The receivers of alerts. Their secrets are named here, and stand in monitoring.secrets. */

const secret = (description: string, example: string) =>
  name().meta({ description: `The name, in monitoring.secrets, of ${description}`, example } satisfies About);

const secretIfAny = (description: string, example: string, unset: string) =>
  name()
    .optional()
    .meta({ description: `The name, in monitoring.secrets, of ${description}`, unset, example } satisfies About);

const least = () =>
  oneOf(SEVERITIES)
    .default("info")
    .meta({
      description:
        "The least severity that it gets. page: somebody has to act at once. warn: somebody has to look in working hours. info: a note.",
    } satisfies About);

const text = (allowed: string, pattern: RegExp) => z.string({ error: allowed }).regex(pattern, allowed);

const mailbox = () => z.email({ error: "an e-mail address" });

const email = z.strictObject(
  {
    smarthost: hostPort().meta({
      description: "The mail server with its port.",
      example: "mail.foobar.com:587",
    } satisfies About),
    from: mailbox().meta({ description: "The sender.", example: "alerts@foobar.com" } satisfies About),
    to: z
      .array(mailbox(), { error: "a list of e-mail addresses" })
      .min(1, "at least one e-mail address")
      .meta({ description: "The recipients.", example: ["operations@foobar.com"] } satisfies About),
    username: text("a user's name", /\S/)
      .optional()
      .meta({
        description: "The user at the mail server.",
        unset: "no login",
        example: "alerts@foobar.com",
      } satisfies About),
    passwordSecret: secretIfAny("the user's password.", "smtp", "no login"),
    tls: oneOf(MAIL_TLS)
      .default("starttls")
      .meta({
        description:
          "starttls: the connection begins in clear and has to become encrypted. implicit: it is encrypted from the beginning, as at port 465. none: it is never encrypted, and no password is sent.",
      } satisfies About),
    ca: pem("certificates")
      .optional()
      .meta({
        description: "The authority that the mail server is verified by, for a private one.",
        unset: "the public ones that Alertmanager's image knows",
        example: "./tls/mail-ca.pem",
      } satisfies About),
    least: least(),
  },
  { error: "settings of the e-mail: smarthost, from, to, username, passwordSecret, tls, ca, least" },
);

const webhook = z.strictObject(
  {
    urlSecret: secret(
      "the URL that Alertmanager posts its JSON to. It is called from Alertmanager's container, whose own address 127.0.0.1 is.",
      "hook-url",
    ),
    tokenSecret: secretIfAny("a bearer token for it.", "hook-token", "no token"),
    least: least(),
  },
  { error: "settings of the webhook: urlSecret, tokenSecret, least" },
);

const slack = z.strictObject(
  {
    urlSecret: secret("the URL of the incoming webhook, of Slack or of a service that is compatible.", "slack-url"),
    channel: text("a channel's name, such as #operations", /^[#@]?[\w.-]+$/)
      .optional()
      .meta({ description: "The channel.", unset: "the webhook's own", example: "#operations" } satisfies About),
    least: least(),
  },
  { error: "settings of Slack: urlSecret, channel, least" },
);

const ntfy = z.strictObject(
  {
    url: webUrl()
      .default("https://ntfy.sh")
      .meta({ description: "The server of ntfy, without a topic." } satisfies About),
    topic: text("a topic: letters, digits, hyphens and underscores", /^[\w-]{1,64}$/).meta({
      description: "The topic. Without a token everybody who knows its name reads it.",
      example: "foobar-alerts",
    } satisfies About),
    tokenSecret: secretIfAny("an access token.", "ntfy-token", "no token"),
    least: least(),
  },
  { error: "settings of ntfy: url, topic, tokenSecret, least" },
);

const telegram = z.strictObject(
  {
    tokenSecret: secret("the bot's token.", "telegram-token"),
    chatId: text("the number of a chat, such as -1001234567890, in quotes", /^-?[1-9]\d{0,14}$/).meta({
      description: "The number of the chat.",
      example: "-1001234567890",
    } satisfies About),
    url: webUrl()
      .default("https://api.telegram.org")
      .meta({ description: "The URL of the bots' interface." } satisfies About),
    least: least(),
  },
  { error: "settings of Telegram: tokenSecret, chatId, url, least" },
);

const pagerduty = z.strictObject(
  {
    routingKeySecret: secret("the integration's routing key (Events API v2).", "pagerduty-key"),
    url: webUrl()
      .default("https://events.pagerduty.com/v2/enqueue")
      .meta({ description: "The URL of the Events API." } satisfies About),
    least: least(),
  },
  { error: "settings of PagerDuty: routingKeySecret, url, least" },
);

export const receivers = z
  .strictObject(
    {
      email: email.optional().meta({
        description: "Alerts by e-mail.",
        unset: "no e-mail",
        example: { smarthost: "mail.foobar.com:587", from: "alerts@foobar.com", to: ["operations@foobar.com"] },
      } satisfies About),
      webhook: webhook.optional().meta({
        description: "Alerts as Alertmanager's own JSON, to a service of yours.",
        unset: "no webhook",
        example: { urlSecret: "hook-url" },
      } satisfies About),
      slack: slack.optional().meta({
        description: "Alerts to Slack, Mattermost or another service with webhooks like Slack's.",
        unset: "no message",
        example: { urlSecret: "slack-url" },
      } satisfies About),
      ntfy: ntfy.optional().meta({
        description: "Alerts by ntfy, which shows them on phones.",
        unset: "no message",
        example: { topic: "foobar-alerts" },
      } satisfies About),
      telegram: telegram.optional().meta({
        description: "Alerts to a chat of Telegram.",
        unset: "no message",
        example: { tokenSecret: "telegram-token", chatId: "-1001234567890" },
      } satisfies About),
      pagerduty: pagerduty.optional().meta({
        description: "Alerts to PagerDuty.",
        unset: "no incident",
        example: { routingKeySecret: "pagerduty-key" },
      } satisfies About),
    },
    { error: "receivers: email, webhook, slack, ntfy, telegram, pagerduty" },
  )
  .prefault({})
  .meta({
    description: "Who is told of alerts. `npm run notify -- test` sends one notification to each.",
  } satisfies About);
