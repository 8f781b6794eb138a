package io.penstock.workers.lease;

import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.Holdings;
import java.time.Instant;
import java.util.Collection;

/** Counts what is held, and how much of it the engine cannot have counted yet. */
final class HoldingsCount {

  private HoldingsCount() {}

  static Holdings of(Collection<Attempt> attempts, EngineReading engine) {
    Instant accountOf =
        engine instanceof EngineReading.Reported told ? told.load().observedAt() : Instant.MAX;
    int running = 0;
    long unseenPrompt = 0;
    long unseenKv = 0;
    long unanswered = 0;
    for (Attempt attempt : attempts) {
      Instant startedAt = attempt.startedAt();
      running += attempt.state().isWithEngine() ? 1 : 0;
      if (startedAt == null || startedAt.isAfter(accountOf)) {
        unseenKv += LeaseTable.kvTokens(attempt.lease());
        unseenPrompt += attempt.firstTokenAt() == null ? attempt.lease().getPromptTokens() : 0;
      } else if (attempt.firstTokenAt() == null) {
        unanswered += attempt.lease().getPromptTokens();
      }
    }
    return new Holdings(attempts.size(), running, unseenPrompt, unseenKv, unanswered);
  }
}
