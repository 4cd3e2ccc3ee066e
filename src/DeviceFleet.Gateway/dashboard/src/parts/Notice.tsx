import type { ComponentChildren } from 'preact';

interface Props {
  readonly sign?: ComponentChildren;
  readonly tone?: 'quiet' | 'warn' | 'crit';
  readonly title: string;
  readonly children: ComponentChildren;
  readonly testid?: string;
}

/** A page, or a part of one, that has no data to show: what is so, why, and what to do next. */
export function Notice({ sign, tone = 'quiet', title, children, testid }: Props) {
  return (
    <section class="notice" data-testid={testid}>
      {sign !== undefined && <span class={`sign ${tone}`} aria-hidden="true">{sign}</span>}
      <h1>{title}</h1>
      {children}
    </section>
  );
}

export const START_COMMAND = 'dotnet run --project src/DeviceFleet.Local -- --devices 100';

export function EmptyFleet() {
  return (
    <Notice title="No devices yet" testid="empty-fleet" sign="○">
      <p>
        A device appears here with its first message: connect it over MQTT under its id and publish to <code>fleet/&#123;id&#125;/telemetry</code>, or start a fleet of
        simulated ones:
      </p>
      <code class="command">{START_COMMAND}</code>
      <p>A device that has no identity yet is <a class="link" href="/provisioning">let in under an enrolment</a>.</p>
    </Notice>
  );
}

export function SignedOut() {
  return (
    <Notice title="You are signed out" testid="signed-out" tone="warn" sign="◐">
      <p>
        Your session has ended or none was begun. Open the sign-in link that DeviceFleet printed in its terminal
        when it started. The link carries a key of this fleet; nothing is shown without it.
      </p>
      <a class="button" href="/" target="_self">Try again</a>
    </Notice>
  );
}

export function Denied({ detail }: { readonly detail: string }) {
  return (
    <Notice title="You may not see this fleet" testid="denied" tone="crit" sign="▲">
      <p>The gateway knows who you are, but refused: {detail}.</p>
      <p>Ask an administrator for the role “viewer”, or sign in with a link that has it.</p>
      <a class="button" href="/" target="_self">Try again</a>
    </Notice>
  );
}
