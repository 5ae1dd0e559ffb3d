import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { awsClient } from '../aws.ts';
import type { SmsProvider } from './sms-route.ts';

export function createSnsSms(options: { region: string; endpoint?: string | undefined }): SmsProvider {
  const client = new SNSClient(awsClient({ ...options, endpoint: options.endpoint }));
  return {
    async send({ to, text }) {
      await client.send(
        new PublishCommand({
          PhoneNumber: to,
          Message: text,
          // Others are sent when the network has time.
          MessageAttributes: {
            'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
          },
        }),
      );
    },
    close: () => client.destroy(),
  };
}
