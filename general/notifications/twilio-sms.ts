/** Text messages by Twilio's REST API: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
import { httpCall } from '../payments/http-call.ts';
import type { SmsProvider } from './sms-route.ts';

export type TwilioAccount = {
  accountSid: string;
  authToken: string;
  /** A number in E.164, or the SID of a messaging service. */
  from: string;
  apiUrl: string;
};

const timeoutMs = 5_000;

export function createTwilioSms({ accountSid, authToken, from, apiUrl }: TwilioAccount): SmsProvider {
  const url = new URL(`/2010-04-01/Accounts/${accountSid}/Messages.json`, apiUrl);
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from };
  return {
    async send({ to, text }) {
      const body = new URLSearchParams({ To: to, ...sender, Body: text }).toString();
      const answer = await httpCall(url, { method: 'POST', headers, body, timeoutMs });
      if (answer.status !== 201)
        throw new Error(`Twilio answered ${answer.status}: ${reasonIn(answer.body)}`);
    },
    close: () => {},
  };
}

/** `code` and `message` of Twilio's error, which name neither the number nor the text. */
function reasonIn(body: string): string {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return `error ${String(Number(code))}`;
  } catch {
    return 'no reason';
  }
}
