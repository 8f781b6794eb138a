package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ScoredFacts;
import io.penstock.streams.dispatch.fairness.TenantAccounts;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes candidates of requests: tells on whose account they are counted, and lets them share the
 * strings of their target, account and worker, so that a million of them keep a few. Bounded: past
 * the limit it starts afresh, which costs memory and nothing else.
 */
final class Candidates {

  private static final int MOST = 100_000;

  private final TenantAccounts accounts;
  private final Map<String, String> known = new HashMap<>();

  Candidates(TenantAccounts accounts) {
    this.accounts = accounts;
  }

  Candidate of(DispatchEntry entry) {
    ScoredFacts facts = entry.getFacts();
    String account = accounts.heard(facts.getTenant(), Candidate.micros(facts.getAcceptedAt()));
    Candidate own = Candidate.of(entry, intern(account));
    return new Candidate(
        own.key(),
        intern(own.target()),
        own.serviceClass(),
        own.account(),
        own.acceptedAt(),
        own.firstTokenBy(),
        own.deadline(),
        own.promptTokens(),
        own.kvTokens(),
        own.avoidWorker() == null ? null : intern(own.avoidWorker()),
        own.avoidUntil(),
        own.movable(),
        own.failedBefore(),
        own.behind());
  }

  private String intern(String text) {
    if (known.size() >= MOST) {
      known.clear();
    }
    @Nullable String earlier = known.putIfAbsent(text, text);
    return earlier == null ? text : earlier;
  }
}
