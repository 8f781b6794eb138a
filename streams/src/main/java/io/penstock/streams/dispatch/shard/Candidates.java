package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.TenantAccounts;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes candidates of requests: tells on whose account they are counted, and lets them share the
 * target and the strings of their account and worker, so that a million requests keep only a few of
 * them. It is bounded: past the limit it starts afresh, which costs memory and nothing else.
 */
final class Candidates {

  private static final int MOST = 100_000;

  private final TenantAccounts accounts;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<Target, Target> targets = new HashMap<>();

  Candidates(TenantAccounts accounts) {
    this.accounts = accounts;
  }

  Candidate of(DispatchEntry entry) {
    ScoredFacts facts = entry.getFacts();
    String account = accounts.heard(facts.getTenant(), Candidate.micros(facts.getAcceptedAt()));
    Candidate own = Candidate.of(entry, shared(texts, account));
    return new Candidate(
        own.key(),
        shared(targets, own.target()),
        own.serviceClass(),
        own.account(),
        own.acceptedAt(),
        own.firstTokenBy(),
        own.deadline(),
        own.promptTokens(),
        own.kvTokens(),
        own.avoidWorker() == null ? null : shared(texts, own.avoidWorker()),
        own.avoidUntil(),
        own.movable(),
        own.failedBefore(),
        own.behind());
  }

  private static <T> T shared(Map<T, T> known, T value) {
    if (known.size() >= MOST) {
      known.clear();
    }
    @Nullable T earlier = known.putIfAbsent(value, value);
    return earlier == null ? value : earlier;
  }
}
