package io.penstock.streams.dispatch.health;

import io.penstock.schemas.TargetHealth;

/** Hears what happens to targets, and counts it. */
public interface HealthListener {

  HealthListener NONE =
      new HealthListener() {
        @Override
        public void changed(String target, TargetHealth health, String reason) {}

        @Override
        public void probed(String target) {}
      };

  /** A target has another health from now on. */
  void changed(String target, TargetHealth health, String reason);

  /** A request was granted to a target to see whether it serves again. */
  void probed(String target);
}
