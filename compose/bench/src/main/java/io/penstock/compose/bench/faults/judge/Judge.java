package io.penstock.compose.bench.faults.judge;

import io.penstock.compose.bench.faults.judge.Ledger.Attempt;
import io.penstock.compose.bench.faults.judge.Ledger.Row;
import io.penstock.compose.bench.faults.judge.Verdict.FaultEffect;
import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.FaultType.Action;
import io.penstock.compose.bench.faults.plan.FaultType.Part;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;

/** Judges a run by its ledger and its faults: a function of both. */
public final class Judge {

  /** How late a lease may be seen that was granted before a fault. */
  private static final long LATE = 2_000;

  private final List<Row> rows;
  private final List<FaultRecord> faults;
  private final Duration leaseTimeout;
  private final long end;

  /**
   * @param faults in their order, none before the end of the one before
   * @param leaseTimeout of dispatch
   * @param end of the run, in milliseconds since the begin of the load
   */
  private Judge(Ledger ledger, List<FaultRecord> faults, Duration leaseTimeout, long end) {
    this.rows = ledger.rows();
    this.faults = faults;
    this.leaseTimeout = leaseTimeout;
    this.end = end;
  }

  public static Verdict verdict(
      Ledger ledger, List<FaultRecord> faults, Duration leaseTimeout, long end) {
    return new Judge(ledger, faults, leaseTimeout, end).verdict();
  }

  private Verdict verdict() {
    List<FaultEffect> effects = effects(gaps());
    long reexecuted = 0;
    long released = 0;
    List<String> unexplained = new ArrayList<>();
    Map<String, Long> statuses = new TreeMap<>();
    for (Row row : rows) {
      row.results().forEach(status -> statuses.merge(status, 1L, Long::sum));
      for (Integer number : row.attempts().keySet()) {
        Entry<Integer, Attempt> before = row.attempts().lowerEntry(number);
        if (before != null && before.getValue().released()) {
          released++;
        } else if (before != null) {
          reexecuted++;
          if (faults.stream().noneMatch(fault -> isOpen(row, before.getValue(), fault))) {
            unexplained.add("%s, attempt %d".formatted(row.id(), number));
          }
        }
      }
    }
    return new Verdict(
        rows.stream().filter(Row::isAccepted).count(),
        rows.stream().filter(row -> row.isAccepted() && !row.results().isEmpty()).count(),
        ids(row -> row.isAccepted() && row.results().isEmpty()),
        ids(row -> row.results().size() > 1),
        ids(row -> !row.isAccepted() && !row.results().isEmpty()),
        ids(row -> row.acknowledged() && !row.written()),
        reexecuted,
        released,
        effects.stream().mapToLong(FaultEffect::inFlight).sum(),
        unexplained,
        statuses,
        longest(gaps(), Long.MIN_VALUE, Long.MAX_VALUE),
        effects);
  }

  private List<String> ids(java.util.function.Predicate<Row> of) {
    return rows.stream().filter(of).map(Row::id).toList();
  }

  private Map<ServiceClass, Gaps> gaps() {
    Map<ServiceClass, Gaps> gaps = new EnumMap<>(ServiceClass.class);
    for (ServiceClass each : ServiceClass.values()) {
      List<Row> own =
          rows.stream().filter(row -> row.isAccepted() && row.serviceClass() == each).toList();
      gaps.put(
          each,
          Gaps.of(
              own.stream().mapToLong(row -> Math.min(row.accepted(), row.answered())).toArray(),
              own.stream().mapToLong(Row::answered).toArray(),
              end));
    }
    return gaps;
  }

  private static Map<ServiceClass, Long> longest(Map<ServiceClass, Gaps> gaps, long from, long to) {
    Map<ServiceClass, Long> longest = new EnumMap<>(ServiceClass.class);
    gaps.forEach((each, of) -> longest.put(each, of.longest(from, to)));
    return longest;
  }

  private List<FaultEffect> effects(Map<ServiceClass, Gaps> gaps) {
    List<FaultEffect> effects = new ArrayList<>();
    for (int number = 0; number < faults.size(); number++) {
      FaultRecord fault = faults.get(number);
      long next = number + 1 < faults.size() ? faults.get(number + 1).begin() : end;
      long open =
          rows.stream()
              .mapToLong(
                  row ->
                      row.attempts().values().stream()
                          .filter(attempt -> isHeld(row, attempt, fault.begin()))
                          .count())
              .sum();
      effects.add(
          new FaultEffect(fault, longest(gaps, fault.begin(), next), open, leasedAgain(fault)));
    }
    return effects;
  }

  /** Whether an attempt was under way during a fault, or while the parts recovered from it. */
  private boolean isOpen(Row row, Attempt attempt, FaultRecord fault) {
    return attempt.granted() <= fault.recovered() + leaseTimeout.toMillis() + LATE
        && Math.min(attempt.ended(), row.answered()) >= fault.begin() - LATE;
  }

  private static boolean isHeld(Row row, Attempt attempt, long at) {
    return attempt.granted() <= at && Math.min(attempt.ended(), row.answered()) > at;
  }

  /** From the death of a worker until the last of its leases was granted again. */
  private long leasedAgain(FaultRecord fault) {
    FaultType type = fault.planned().type();
    if (type.action() != Action.KILL || type.part() != Part.WORKER) {
      return -1;
    }
    long last = -1;
    for (Row row : rows) {
      for (Entry<Integer, Attempt> each : row.attempts().entrySet()) {
        Attempt attempt = each.getValue();
        Entry<Integer, Attempt> next = row.attempts().higherEntry(each.getKey());
        if (next != null
            && attempt.worker().equals(fault.target())
            && attempt.granted() <= fault.begin()
            && attempt.ended() > fault.begin()
            && next.getValue().granted() >= fault.begin()) {
          last = Math.max(last, next.getValue().granted() - fault.begin());
        }
      }
    }
    return last;
  }
}
