package io.penstock.streams.control.spend;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.models.ModelCatalog;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the cost of requests by tenant, model, class and day, and what one model would have cost
 * for the same tokens. This class is not thread-safe.
 */
public final class CostReport {

  /** The group that costs are added up for. */
  public enum Dimension {
    TENANT,
    MODEL,
    CLASS,
    DAY;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String of(InferenceResult result) {
      return switch (this) {
        case TENANT -> result.getTenant();
        case MODEL ->
            result.getChoice().map(ModelChoice::getModel).orElse(result.getRequestedModel());
        case CLASS -> result.getServiceClass().name().toLowerCase(Locale.ROOT);
        case DAY -> LocalDate.ofInstant(result.getFinishedAt(), ZoneOffset.UTC).toString();
      };
    }
  }

  /**
   * One line of the report.
   *
   * @param by the dimensions' values; empty for the total
   * @param requests that ended, however
   * @param succeeded of them with an answer
   * @param promptTokens read
   * @param outputTokens generated
   * @param cost in the registry's currency
   * @param unpriced successes without a cost, since their model has no price
   * @param against what the same tokens would have cost on the model compared with; null without
   *     one
   */
  public record Line(
      Map<Dimension, String> by,
      long requests,
      long succeeded,
      long promptTokens,
      long outputTokens,
      double cost,
      long unpriced,
      @Nullable Double against) {

    /** Returns what was saved against the model compared with; null without one. */
    public @Nullable Double savings() {
      return against == null ? null : against - cost;
    }
  }

  private static final class Sum {
    private long requests;
    private long succeeded;
    private long promptTokens;
    private long outputTokens;
    private double cost;
    private long unpriced;
    private double against;
  }

  /** What a line says of the combinations that came when there was no more room for their own. */
  static final String OTHERS = "(others)";

  /** A requester can name any model, and so make any number of lines. */
  private static final int MOST_SUMS = 100_000;

  private final List<Dimension> dimensions;
  private final Optional<ModelSpec> strong;
  private final int mostSums;
  private final Map<List<String>, Sum> sums = new HashMap<>();
  private final Sum total = new Sum();

  /**
   * @param strong the model to compare with
   */
  public CostReport(List<Dimension> dimensions, Optional<ModelSpec> strong) {
    this(dimensions, strong, MOST_SUMS);
  }

  /**
   * @param mostSums how many combinations have a line of their own
   */
  CostReport(List<Dimension> dimensions, Optional<ModelSpec> strong, int mostSums) {
    this.dimensions = List.copyOf(dimensions);
    this.strong = strong;
    this.mostSums = mostSums;
  }

  /**
   * The model that always choosing the strong one would mean: the most expensive by its output,
   * then by its input.
   */
  public static Optional<ModelSpec> strongest(ModelCatalog models) {
    return models.models().stream()
        .filter(model -> model.getOutputPricePerMillion().isPresent())
        .max(
            Comparator.comparingDouble(
                    (ModelSpec model) -> model.getOutputPricePerMillion().orElse(0.0))
                .thenComparingDouble(model -> model.getInputPricePerMillion().orElse(0.0)));
  }

  /** Takes a result; one that only repeats another cost nothing and counts for nothing. */
  public void add(InferenceResult result) {
    if (result.getRepetition().isPresent()) {
      return;
    }
    List<String> key = dimensions.stream().map(each -> each.of(result)).toList();
    add(sums.computeIfAbsent(withRoom(key), each -> new Sum()), result);
    add(total, result);
  }

  private List<String> withRoom(List<String> key) {
    return sums.size() < mostSums || sums.containsKey(key)
        ? key
        : Collections.nCopies(key.size(), OTHERS);
  }

  private void add(Sum sum, InferenceResult result) {
    sum.requests++;
    if (result.getStatus() == TerminalStatus.SUCCEEDED) {
      sum.succeeded++;
      if (result.getCost().isEmpty()) {
        sum.unpriced++;
      }
    }
    sum.cost += result.getCost().orElse(0.0);
    result
        .getUsage()
        .ifPresent(
            usage -> {
              sum.promptTokens += usage.getPromptTokens();
              sum.outputTokens += usage.getCompletionTokens();
              sum.against += strong.map(model -> price(model, usage)).orElse(0.0);
            });
  }

  private static double price(ModelSpec model, TokenUsage usage) {
    return (usage.getPromptTokens() * model.getInputPricePerMillion().orElse(0.0)
            + usage.getCompletionTokens() * model.getOutputPricePerMillion().orElse(0.0))
        / 1e6;
  }

  /** A line for each combination, the most expensive first. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    sums.forEach((key, sum) -> lines.add(line(key, sum)));
    lines.sort(
        Comparator.comparingDouble(Line::cost)
            .reversed()
            .thenComparing(line -> line.by().values().toString()));
    return lines;
  }

  public Line total() {
    return line(List.of(), total);
  }

  private Line line(List<String> key, Sum sum) {
    Map<Dimension, String> by = new EnumMap<>(Dimension.class);
    for (int i = 0; i < key.size(); i++) {
      by.put(dimensions.get(i), key.get(i));
    }
    return new Line(
        by,
        sum.requests,
        sum.succeeded,
        sum.promptTokens,
        sum.outputTokens,
        sum.cost,
        sum.unpriced,
        strong.isEmpty() ? null : sum.against);
  }
}
