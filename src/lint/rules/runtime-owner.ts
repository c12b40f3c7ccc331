import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/runtime-owner',
  severity: 'warning',
  title: 'owner or rights of something that is made anew at each start',
  reason:
    '/run is empty after a boot, and a service makes its socket and its directory anew when it starts: what was set on them by hand is gone then.',
  instead:
    "say it where they are made: RuntimeDirectory=, SocketUser=, SocketMode= of the unit, tmpfiles.d, or the service's own configuration",
  example: {
    bad: script('chown nginx /run/app/app.sock'),
    good: 'fix:\n  - file.content:\n      path: /etc/systemd/system/app.socket.d/owner.conf\n      content: |\n        [Socket]\n        SocketGroup=nginx\n  - service.restarted: { name: app.socket }',
  },
  finds: ({ argv }) =>
    runs(argv, /^(?:chown|chgrp|chmod)$/, /^\/(?:var\/)?run\//)
      ? 'this lasts until the service, or the host, starts again'
      : undefined,
});
