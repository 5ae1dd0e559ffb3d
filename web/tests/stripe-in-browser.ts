/**
 * Stripe's script for tests in Chromium: https://js.stripe.com and https://api.stripe.com are answered here, so the page
 * loads what it loads in production, under the same content security policy. The script follows Stripe's documentation
 * (Payment Element, confirmation tokens, handleNextAction): its form is a frame of Stripe's host, and it reaches Stripe's
 * API itself. No test here proves that Stripe's own script does the same.
 */
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import type { TestStripe } from '../../testing/general/start-stripe.ts';

const cards = ['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_authenticationRequired'] as const;
type Card = (typeof cards)[number];

const script = `
(() => {
  const host = 'https://js.stripe.com';
  const call = async (path, body) => {
    const response = await fetch('https://api.stripe.com/test/' + path, { method: 'POST', body: JSON.stringify(body) });
    return response.json();
  };
  const frameIn = (place, name, receive) => {
    const frame = document.createElement('iframe');
    frame.title = 'Secure payment input frame';
    frame.src = host + '/frame/' + name;
    addEventListener('message', ({ source, origin, data }) => {
      if (source === frame.contentWindow && origin === host) receive(data);
    });
    place.append(frame);
    return frame;
  };
  window.Stripe = (key) => {
    if (!/^pk_test_/.test(key)) throw new Error('IntegrationError: the key is ' + key);
    return {
      elements({ mode, amount, currency, allowedPaymentMethodTypes }) {
        if (mode !== 'payment' || !Number.isInteger(amount) || currency !== currency.toLowerCase())
          throw new Error('IntegrationError: elements');
        let card;
        let isSubmitted = false;
        return {
          card: () => (isSubmitted ? card : undefined),
          create(type) {
            if (type !== 'payment' || allowedPaymentMethodTypes.join() !== 'card') throw new Error('IntegrationError');
            const listeners = {};
            let frame;
            return {
              on: (event, listener) => (listeners[event] = listener),
              mount: (place) => {
                frame = frameIn(place, 'element', (data) => {
                  if (data.kind === 'ready') listeners.ready?.();
                  if (data.kind === 'card') card = data.card;
                });
              },
              destroy: () => frame?.remove(),
            };
          },
          async submit() {
            isSubmitted = card !== undefined;
            return isSubmitted ? {} : { error: { type: 'validation_error', message: 'Your card number is incomplete.' } };
          },
        };
      },
      async createConfirmationToken({ elements }) {
        if (elements.card() === undefined) throw new Error('IntegrationError: elements.submit() must be called first');
        return { confirmationToken: await call('confirmation-tokens', { card: elements.card() }) };
      },
      handleNextAction: ({ clientSecret }) =>
        new Promise((resolve) => {
          const frame = frameIn(document.body, 'challenge', async ({ approve }) => {
            if (approve === undefined) return;
            frame.remove();
            resolve({ paymentIntent: await call('challenges', { clientSecret, approve }) });
          });
        }),
    };
  };
  window.Stripe.version = 'endive';
})();
`;

const frames: Record<string, string> = {
  element: `<!doctype html><title>Card</title>${cards
    .map((card) => `<label><input type="radio" name="card" value="${card}">${card}</label>`)
    .join('')}<script>
      const send = (data) => parent.postMessage(data, '*');
      for (const input of document.querySelectorAll('input'))
        input.addEventListener('change', () => send({ kind: 'card', card: input.value }));
      send({ kind: 'ready' });
    </script>`,
  challenge: `<!doctype html><title>Bank</title><button value="yes">Complete</button><button value="no">Fail</button><script>
      for (const button of document.querySelectorAll('button'))
        button.addEventListener('click', () => parent.postMessage({ approve: button.value === 'yes' }, '*'));
    </script>`,
};

/** From now on the pages of this context meet this Stripe. Returns the paths of Stripe's hosts that they have asked for. */
export async function routeStripe(context: BrowserContext, stripe: TestStripe): Promise<string[]> {
  const asked: string[] = [];
  await context.route('https://js.stripe.com/**', (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const [, name] = /^\/frame\/(\w+)$/.exec(pathname) ?? [];
    if (name === undefined) return route.fulfill({ contentType: 'text/javascript', body: script });
    return route.fulfill({ contentType: 'text/html', body: frames[name] ?? '' });
  });
  await context.route('https://api.stripe.com/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const answer = await fetch(stripe.url + pathname, {
      method: 'POST',
      body: route.request().postData() ?? '',
    });
    await route.fulfill({
      status: answer.status,
      contentType: 'application/json',
      headers: { 'access-control-allow-origin': '*' },
      body: await answer.text(),
    });
  });
  return asked;
}

/** On the pay page: chooses a card in Stripe's frame, and pays. */
export async function payByStripe(page: Page, card: Card): Promise<void> {
  await page.frameLocator('iframe[src$="/frame/element"]').getByRole('radio', { name: card }).check();
  await page.getByRole('button', { name: /^Pay / }).click();
}

/** The bank, as Stripe's script shows it. */
export const bankOn = (page: Page): FrameLocator => page.frameLocator('iframe[src$="/frame/challenge"]');

/** Settings of general, with which it uses the stand-in of Stripe. */
export const stripeSettings = ({ url }: { url: string }) => ({
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_test_0123456789',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_0123456789',
  STRIPE_WEBHOOK_SECRET: 'whsec_of_the_test_0123456789',
  STRIPE_API_URL: url,
});
