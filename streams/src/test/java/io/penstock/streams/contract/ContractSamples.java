package io.penstock.streams.contract;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Random;

/** Random requests and workers, as dispatch shows them to policies. */
final class ContractSamples {

  static final long SECOND = 1_000_000;
  static final long NOW = 1_767_225_600L * SECOND;

  private static final ServiceClass[] CLASSES = ServiceClass.values();

  private ContractSamples() {}

  /** A request that was accepted up to a week ago; its objective lies a day around now. */
  static Candidate candidate(Random random, String key) {
    long acceptedAt = NOW - spread(random, 7 * 24 * 3600);
    long firstTokenBy =
        Math.max(acceptedAt + 1, NOW + (random.nextBoolean() ? 1 : -1) * spread(random, 24 * 3600));
    int promptTokens = 1 + random.nextInt(1 << (1 + random.nextInt(16)));
    return new Candidate(
        key,
        Target.ofModel("model"),
        CLASSES[random.nextInt(CLASSES.length)],
        "tenant",
        acceptedAt,
        firstTokenBy,
        firstTokenBy + spread(random, 3600),
        promptTokens,
        promptTokens + random.nextInt(4096),
        null,
        0,
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean());
  }

  /** The same request, accepted at another time and with another objective. */
  static Candidate with(Candidate candidate, long acceptedAt, long firstTokenBy) {
    return new Candidate(
        candidate.key(),
        candidate.target(),
        candidate.serviceClass(),
        candidate.account(),
        acceptedAt,
        firstTokenBy,
        candidate.deadline(),
        candidate.promptTokens(),
        candidate.kvTokens(),
        candidate.avoidWorker(),
        candidate.avoidUntil(),
        candidate.movable(),
        candidate.failedBefore(),
        candidate.behind());
  }

  static WorkerView worker(Random random, String id) {
    int slots = 1 + random.nextInt(64);
    return new WorkerView(
        id,
        100 + random.nextInt(50_000),
        1 + random.nextInt(200),
        spread(random, 1) / 100,
        random.nextInt(slots + 1),
        slots);
  }

  /** Microseconds up to this many seconds, as often short as long. */
  static long spread(Random random, long seconds) {
    return (long) Math.pow(seconds * (double) SECOND, random.nextDouble());
  }
}
