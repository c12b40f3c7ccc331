import type { EventBody } from '../model/event.ts';
import type { Session } from './session.ts';

/** Which machine answers over a session, as far as it has told. */
export function idsOf(session: Session) {
  return { hostKey: session.hostKey, machineId: session.machineId() };
}

/** What is told of a connection once its host has answered. */
export function connectedEvent({ session, ms }: { readonly session: Session; readonly ms: number }): EventBody {
  const { hostKey, machineId } = idsOf(session);
  const bootId = session.bootId();
  return {
    type: 'host.connected',
    host: session.host.name,
    ms,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(machineId === undefined ? {} : { machineId }),
    ...(bootId === undefined ? {} : { bootId }),
  };
}
