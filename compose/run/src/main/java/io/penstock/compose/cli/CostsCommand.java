package io.penstock.compose.cli;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.control.spend.CostReport;
import io.penstock.streams.control.spend.CostReport.Dimension;
import io.penstock.streams.control.spend.CostReport.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock costs}. */
@Command(
    name = "costs",
    description = {
      "Show what requests cost, and what was saved against always taking the strong model.",
      "",
      "From the results topic, as far as it reaches back: the lines with the highest cost, and the"
          + " sum of the others. Savings: the same tokens at the strong model's prices, less the"
          + " cost. Hours with other prices are in the cost, not in the comparison. JSON: an object"
          + " for each line, and one with \"total\":true."
    },
    footer = {
      "",
      "Examples:",
      "  penstock costs",
      "  penstock costs --by tenant,model --since 7d",
      "  penstock costs --by day --against gpt-4 --json"
    })
final class CostsCommand extends ClusterCommand {

  private static final int DEFAULT_LINES = 20;

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "WHAT",
      description = "Any of tenant, model, class and day (default: tenant,model).")
  List<Dimension> by = List.of(Dimension.TENANT, Dimension.MODEL);

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "Results since then: an instant such as 2026-11-22T15:04:05Z, or a time ago such as 7d"
              + " (default: all).")
  @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Results before then, given likewise (default: now).")
  @Nullable String until;

  @Option(
      names = "--against",
      paramLabel = "MODEL",
      description = "The strong model to compare with (default: the one with the highest price).")
  @Nullable String against;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Show the N lines with the highest cost and the sum of the others (default: "
              + DEFAULT_LINES
              + "; with --json, all).")
  @Nullable Integer limit;

  @Option(names = "--all", description = "Show all lines.")
  boolean all;

  CostsCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    Instant from = instant("--since", since);
    Instant to = instant("--until", until);
    if (from != null && to != null && !from.isBefore(to)) {
      throw CliException.usage("--since is not before --until");
    }
    if (limit != null && limit < 1) {
      throw CliException.usage("--limit is %d; it must be 1 or more".formatted(limit));
    }
    if (limit != null && all) {
      throw CliException.usage("--limit and --all contradict each other; give one");
    }
  }

  private @Nullable Instant instant(String option, @Nullable String text) {
    return text == null ? null : TimeText.past(option, text, environment.clock().instant());
  }

  @Override
  int run(Cluster cluster) {
    ModelCatalog models = ModelCatalog.following(cluster.models().list());
    Optional<ModelSpec> strong = strong(models);
    CostReport report = new CostReport(by, strong);
    Instant from = instant("--since", since);
    Instant to = instant("--until", until);
    EntryReader<InferenceResult> reader =
        new EntryReader<>(cluster.serdes(), InferenceResult.class);
    cluster
        .log()
        .read(
            cluster.names().results(),
            from == null ? new TopicLog.Start.Beginning() : new TopicLog.Start.At(from),
            entry -> {
              reader
                  .read(entry)
                  .filter(result -> result.getRepetition().isEmpty())
                  .filter(result -> to == null || result.getFinishedAt().isBefore(to))
                  .ifPresent(report::add);
              return true;
            });
    reader.warn(console(), cluster.names().results());
    print(report, strong);
    return ExitCodes.OK;
  }

  private Optional<ModelSpec> strong(ModelCatalog models) {
    if (against == null) {
      return CostReport.strongest(models);
    }
    ModelSpec model =
        models
            .resolve(against)
            .orElseThrow(
                () ->
                    CliException.usage(
                        "--against is '%s', which is no model; see 'penstock models list'"
                            .formatted(against)));
    if (model.getOutputPricePerMillion().isEmpty() && model.getInputPricePerMillion().isEmpty()) {
      throw CliException.usage(
          "--against is '%s', which has no price in the registry".formatted(against));
    }
    return Optional.of(model);
  }

  /** A line of the report, the sum of those not shown, or the total. */
  private record Row(Line line, List<String> names, boolean total) {}

  private void print(CostReport report, Optional<ModelSpec> strong) {
    List<Line> lines = report.lines();
    int shown = Math.min(lines.size(), most(output.json ? Integer.MAX_VALUE : DEFAULT_LINES));
    List<Row> rows = new ArrayList<>();
    for (Line line : lines.subList(0, shown)) {
      rows.add(new Row(line, by.stream().map(line.by()::get).toList(), false));
    }
    List<Line> others = lines.subList(shown, lines.size());
    if (!others.isEmpty() && !output.json) {
      rows.add(new Row(sum(others), named("%d others".formatted(others.size())), false));
    }
    rows.add(new Row(report.total(), named("total"), true));
    listing(strong).print(console(), output.json, rows);
    if (output.json) {
      return;
    }
    strong.ifPresent(
        model -> console().note("saved against always taking %s".formatted(model.getName())));
    if (report.total().unpriced() > 0) {
      console()
          .note(
              "%d answers have no cost: their models have no prices"
                  .formatted(report.total().unpriced()));
    }
  }

  /** Returns how many of the lines to show, which come with the highest cost first. */
  private int most(int usual) {
    return all ? Integer.MAX_VALUE : Optional.ofNullable(limit).orElse(usual);
  }

  private static Line sum(List<Line> lines) {
    return new Line(
        Map.of(),
        lines.stream().mapToLong(Line::requests).sum(),
        lines.stream().mapToLong(Line::succeeded).sum(),
        lines.stream().mapToLong(Line::promptTokens).sum(),
        lines.stream().mapToLong(Line::outputTokens).sum(),
        lines.stream().mapToDouble(Line::cost).sum(),
        lines.stream().mapToLong(Line::unpriced).sum(),
        lines.getFirst().against() == null
            ? null
            : lines.stream().map(Line::against).mapToDouble(each -> each == null ? 0 : each).sum());
  }

  private List<String> named(String name) {
    List<String> names = new ArrayList<>(by.stream().map(each -> "").toList());
    names.set(0, name);
    return names;
  }

  private Listing<Row> listing(Optional<ModelSpec> strong) {
    List<Column<Row>> columns = new ArrayList<>();
    for (int i = 0; i < by.size(); i++) {
      int place = i;
      String label = by.get(i).label();
      columns.add(
          Column.shown(label.toUpperCase(Locale.ROOT), (Row row) -> row.names().get(place)));
      columns.add(Column.fieldIfPresent(label, (Row row) -> row.line().by().get(by.get(place))));
    }
    columns.add(Column.of("REQUESTS", "requests", row -> row.line().requests()));
    columns.add(Column.of("SUCCEEDED", "succeeded", row -> row.line().succeeded()));
    columns.add(Column.of("PROMPT", "prompt_tokens", row -> row.line().promptTokens()));
    columns.add(Column.of("OUTPUT", "output_tokens", row -> row.line().outputTokens()));
    columns.add(Column.of("COST", "cost", row -> row.line().cost(), CostsCommand::money));
    columns.add(Column.field("unpriced", row -> row.line().unpriced()));
    columns.add(Column.field("against", _ -> strong.map(ModelSpec::getName)));
    columns.add(Column.field("against_cost", row -> row.line().against()));
    columns.add(Column.of("SAVED", "savings", row -> row.line().savings(), CostsCommand::money));
    columns.add(Column.fieldIfPresent("total", row -> row.total() ? true : null));
    return Listing.of(columns);
  }

  /** Four places at least, so that what a request costs is seen. */
  static String money(double amount) {
    return String.format(Locale.ROOT, Math.abs(amount) < 0.1 ? "%.6f" : "%.4f", amount);
  }
}
