import { buildGoTool } from './go-tool.ts';

/**
 * Path of stripe-mock, Stripe's own mock of its API: it refuses requests that Stripe's OpenAPI document does not allow,
 * and answers with Stripe's examples. It is built first if it is missing, which takes half a minute.
 * @throws Error that says what to install
 */
export function stripeMock(cancel?: AbortSignal): Promise<string> {
  const tool = {
    name: 'stripe-mock',
    module: 'github.com/stripe/stripe-mock',
    version: 'v0.203.0',
    neededGo: 22,
    neededBy: 'Tests of payments by Stripe need',
  };
  return buildGoTool(tool, cancel);
}
