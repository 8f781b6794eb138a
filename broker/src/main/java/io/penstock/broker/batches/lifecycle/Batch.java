package io.penstock.broker.batches.lifecycle;

import io.penstock.broker.batches.input.InputFault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A batch as a checkpoint keeps it. Whoever has one can go on from it: a line is counted here only
 * if a part named here holds it.
 *
 * @param order what was asked for
 * @param status where it is
 * @param reached when it reached each status it has been in
 * @param total how many requests the input file has; 0 until it is judged
 * @param model the one that all of them name; null where they name several, or until it is known
 * @param fed how many, counted from the first, were handed to the log
 * @param fedOffset where the next one's line begins in the input file
 * @param answered which have a line in a file
 * @param resultsOffset the first offset of results in its home that was not read for it
 * @param outputParts the output file so far
 * @param errorParts the error file so far
 * @param tally what the answered ones add up to
 * @param faults what is wrong with the input file
 */
public record Batch(
    BatchOrder order,
    BatchStatus status,
    Map<BatchStatus, Instant> reached,
    int total,
    @Nullable String model,
    int fed,
    long fedOffset,
    AnsweredLines answered,
    long resultsOffset,
    List<Part> outputParts,
    List<Part> errorParts,
    Tally tally,
    List<InputFault> faults) {

  public Batch {
    reached = Map.copyOf(reached);
    outputParts = List.copyOf(outputParts);
    errorParts = List.copyOf(errorParts);
    faults = List.copyOf(faults);
  }

  /**
   * A new batch.
   *
   * @param resultsOffset where results end in its home; none of its own can lie before
   */
  public static Batch created(BatchOrder order, long resultsOffset) {
    return new Batch(
        order,
        BatchStatus.VALIDATING,
        Map.of(BatchStatus.VALIDATING, order.createdAt()),
        0,
        null,
        0,
        0,
        AnsweredLines.NONE,
        resultsOffset,
        List.of(),
        List.of(),
        Tally.ZERO,
        List.of());
  }

  /**
   * A new batch whose input is known to be in order.
   *
   * @param requests how many it has
   * @param model the one that all of them name; null where they name several
   */
  public static Batch accepted(
      BatchOrder order, long resultsOffset, int requests, @Nullable String model) {
    return created(order, resultsOffset)
        .judged(requests, model)
        .at(BatchStatus.IN_PROGRESS, order.createdAt());
  }

  /** When it reached a status, if it did. */
  public Optional<Instant> reachedAt(BatchStatus asked) {
    return Optional.ofNullable(reached.get(asked));
  }

  /** How many requests wait or run. */
  public int outstanding() {
    return answered.missingUpTo(fed);
  }

  /** How many requests have no line in a file yet. */
  public int remaining() {
    return total - answered.count();
  }

  Batch at(BatchStatus next, Instant now) {
    Map<BatchStatus, Instant> more = new EnumMap<>(BatchStatus.class);
    more.putAll(reached);
    more.put(next, now);
    return changed(
        draft -> {
          draft.status = next;
          draft.reached = more;
        });
  }

  Batch judged(int requests, @Nullable String ofModel) {
    return changed(
        draft -> {
          draft.total = requests;
          draft.model = ofModel;
        });
  }

  Batch refused(List<InputFault> found) {
    return changed(draft -> draft.faults = found);
  }

  /** The same without what makes a checkpoint large. */
  Batch withoutFiles() {
    return changed(
        draft -> {
          draft.outputParts = List.of();
          draft.errorParts = List.of();
        });
  }

  Batch fedUpTo(int number, long offset) {
    return changed(
        draft -> {
          draft.fed = number;
          draft.fedOffset = offset;
        });
  }

  Batch answered(int number, Tally sum) {
    return changed(
        draft -> {
          draft.answered = answered.with(number);
          draft.tally = sum;
        });
  }

  /** The same with more of its files in the store, and read so far. */
  public Batch flushed(List<Part> output, List<Part> errors, long readUpTo) {
    return changed(
        draft -> {
          draft.resultsOffset = readUpTo;
          draft.outputParts = joined(outputParts, output);
          draft.errorParts = joined(errorParts, errors);
        });
  }

  private static List<Part> joined(List<Part> before, List<Part> after) {
    List<Part> all = new ArrayList<>(before);
    all.addAll(after);
    return all;
  }

  private Batch changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** A batch of which something is about to change. */
  private static final class Draft {
    private final BatchOrder order;
    private BatchStatus status;
    private Map<BatchStatus, Instant> reached;
    private int total;
    private @Nullable String model;
    private int fed;
    private long fedOffset;
    private AnsweredLines answered;
    private long resultsOffset;
    private List<Part> outputParts;
    private List<Part> errorParts;
    private Tally tally;
    private List<InputFault> faults;

    Draft(Batch batch) {
      order = batch.order;
      status = batch.status;
      reached = batch.reached;
      total = batch.total;
      model = batch.model;
      fed = batch.fed;
      fedOffset = batch.fedOffset;
      answered = batch.answered;
      resultsOffset = batch.resultsOffset;
      outputParts = batch.outputParts;
      errorParts = batch.errorParts;
      tally = batch.tally;
      faults = batch.faults;
    }

    Batch build() {
      return new Batch(
          order,
          status,
          reached,
          total,
          model,
          fed,
          fedOffset,
          answered,
          resultsOffset,
          outputParts,
          errorParts,
          tally,
          faults);
    }
  }
}
