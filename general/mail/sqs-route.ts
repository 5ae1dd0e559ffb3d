import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Log } from '../../shared/tier/log.ts';
import { awsClient } from '../aws.ts';
import type { MailRoute } from './mail-route.ts';

export function createSqsRoute(options: {
  queueUrl: string;
  region: string;
  endpoint?: string;
  log: Log;
}): MailRoute {
  const { queueUrl, region, endpoint, log } = options;
  const client = new SQSClient(awsClient({ region, endpoint }));
  const fifo = queueUrl.endsWith('.fifo');
  return {
    async send(jobs) {
      const Entries = jobs.map((job, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(job),
        // SQS drops duplicates sent within five minutes. Each order is a group of its own, so that no order's mail
        // waits for another's; so is each mail about an account.
        ...(fifo && {
          MessageGroupId: 'order' in job ? job.order.id : job.id,
          MessageDeduplicationId: job.id,
        }),
      }));
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      return new Set(
        Failed.map(({ Id, Code, Message }) => {
          log.warn({ code: Code, reason: Message }, 'SQS did not accept a mail');
          return jobs[Number(Id)]?.id ?? '';
        }),
      );
    },
    close: () => client.destroy(),
  };
}
