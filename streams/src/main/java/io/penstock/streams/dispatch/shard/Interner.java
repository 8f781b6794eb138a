package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets waiting requests share the strings of their target, tenant and worker, so that a million of
 * them keep a few. Bounded: past the limit it starts afresh, which costs memory and nothing else.
 */
final class Interner {

  private static final int MOST = 100_000;

  private final Map<String, String> known = new HashMap<>();

  Candidate candidate(DispatchEntry entry) {
    Candidate own = Candidate.of(entry);
    return new Candidate(
        own.key(),
        intern(own.target()),
        own.serviceClass(),
        intern(own.tenant()),
        own.acceptedAt(),
        own.firstTokenBy(),
        own.deadline(),
        own.promptTokens(),
        own.kvTokens(),
        own.avoidWorker() == null ? null : intern(own.avoidWorker()),
        own.avoidUntil(),
        own.movable());
  }

  private String intern(String text) {
    if (known.size() >= MOST) {
      known.clear();
    }
    @Nullable String earlier = known.putIfAbsent(text, text);
    return earlier == null ? text : earlier;
  }
}
