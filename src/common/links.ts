/**
 * The addresses that Docket gives people. What they stand on comes from the settings and has no slash at its end; never
 * from a request, whose Host anybody can write.
 */
export class Links {
  readonly #here: string;
  readonly #frontEnd: string;
  /** Where people reach this server, for Message-IDs and the like. */
  readonly hostname: string;

  /**
   * @param addresses `publicUrl`: where people reach this server, below the path that a proxy takes away, if any;
   * `frontEndUrl`: where a front end shows tickets
   */
  constructor({ publicUrl, frontEndUrl }: { publicUrl: string; frontEndUrl?: string | undefined }) {
    this.#here = publicUrl;
    this.#frontEnd = frontEndUrl ?? publicUrl;
    this.hostname = new URL(publicUrl).hostname;
  }

  ticket(number: number): string {
    return `${this.tickets()}/${number}`;
  }

  tickets(): string {
    return `${this.#frontEnd}/tickets`;
  }

  unsubscribe(token: string): string {
    return `${this.#here}/unsubscribe/${token}`;
  }

  ignoreTicket(token: string): string {
    return `${this.#here}/ignore/${token}`;
  }

  confirmEmail(token: string): string {
    return `${this.#here}/confirm-email/${token}`;
  }

  /** The secret stands in the fragment: servers and logs never see that part. */
  resetPassword(token: string): string {
    return `${this.#here}/reset-password#token=${token}`;
  }
}
