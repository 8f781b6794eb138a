package io.penstock.streams.dispatch.health;

import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;

/** Hears what happens to targets, and counts it. */
public interface HealthListener {

  HealthListener NONE =
      new HealthListener() {
        @Override
        public void changed(Target target, TargetHealth health, String reason) {}

        @Override
        public void probed(Target target) {}
      };

  /** A target has another health from now on. */
  void changed(Target target, TargetHealth health, String reason);

  /** A request was granted to a target to see whether it serves again. */
  void probed(Target target);
}
