import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Seconds: a change that nothing delays takes some milliseconds, one behind a long transaction as long as that. */
const LAG_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** Why the server ended a subscription, or a connection, that the client had not ended. */
export type CutReason = 'slow' | 'silent' | 'expired' | 'revoked' | 'rights_changed' | 'failed';

/** Those of subscriptions (README.md, "Seeing what happens"). */
export class SubscriptionMetrics {
  readonly #open: Gauge<'transport'>;
  readonly #messages: Counter<'transport'>;
  readonly #cut: Counter<'reason'>;
  readonly #lag: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#open = new Gauge({
      name: 'docket_subscriptions_open',
      help: 'Subscriptions that are open, by transport.',
      labelNames: ['transport'],
      registers,
    });
    this.#messages = new Counter({
      name: 'docket_subscription_messages_total',
      help: 'Messages that were handed to clients of subscriptions, by transport.',
      labelNames: ['transport'],
      registers,
    });
    this.#cut = new Counter({
      name: 'docket_subscriptions_cut_total',
      help: 'Subscriptions and connections that the server ended, by reason: slow and silent clients, expired and revoked tokens, changed rights, failures.',
      labelNames: ['reason'],
      registers,
    });
    this.#lag = new Histogram({
      name: 'docket_subscription_lag_seconds',
      help: 'How long after the change was written its live message was ready for the client.',
      buckets: LAG_BUCKETS,
      registers,
    });
  }

  opened(transport: string): void {
    this.#open.inc({ transport });
  }

  closed(transport: string): void {
    this.#open.dec({ transport });
  }

  delivered(transport: string): void {
    this.#messages.inc({ transport });
  }

  cut(reason: CutReason): void {
    this.#cut.inc({ reason });
  }

  lagged(seconds: number): void {
    this.#lag.observe(seconds);
  }
}
