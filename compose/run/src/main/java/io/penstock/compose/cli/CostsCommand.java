package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    if (output.json) {
      report.lines().stream()
          .limit(most(Integer.MAX_VALUE))
          .forEach(line -> console().print(json(line, strong)));
      console().print(json(report.total(), strong).put("total", true));
    } else {
      print(report, strong);
    }
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

  private void print(CostReport report, Optional<ModelSpec> strong) {
    List<String> headings = new ArrayList<>();
    by.forEach(each -> headings.add(each.label().toUpperCase(Locale.ROOT)));
    headings.addAll(List.of("REQUESTS", "SUCCEEDED", "PROMPT", "OUTPUT", "COST", "SAVED"));
    Table table = new Table(headings.toArray(String[]::new));
    List<Line> lines = report.lines();
    int shown = Math.min(lines.size(), most(DEFAULT_LINES));
    lines
        .subList(0, shown)
        .forEach(line -> row(table, line, by.stream().map(line.by()::get).toList()));
    List<Line> others = lines.subList(shown, lines.size());
    if (!others.isEmpty()) {
      row(table, sum(others), named("%d others".formatted(others.size())));
    }
    row(table, report.total(), named("total"));
    table.print(console());
    strong.ifPresent(
        model -> console().note("saved against always taking %s".formatted(model.getName())));
    if (report.total().unpriced() > 0) {
      console()
          .note(
              "%d answers have no cost: their models have no prices"
                  .formatted(report.total().unpriced()));
    }
  }

  /** How many of the lines to show, which come with the highest cost first. */
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

  private static void row(Table table, Line line, List<String> names) {
    List<Object> cells = new ArrayList<>(names);
    cells.add(line.requests());
    cells.add(line.succeeded());
    cells.add(line.promptTokens());
    cells.add(line.outputTokens());
    cells.add(money(line.cost()));
    Double savings = line.savings();
    cells.add(savings == null ? "-" : money(savings));
    table.row(cells.toArray());
  }

  /** Four places at least, so that what a request costs is seen. */
  static String money(double amount) {
    return String.format(Locale.ROOT, Math.abs(amount) < 0.1 ? "%.6f" : "%.4f", amount);
  }

  private static ObjectNode json(Line line, Optional<ModelSpec> strong) {
    ObjectNode node = RecordJson.MAPPER.createObjectNode();
    line.by().forEach((dimension, value) -> node.put(dimension.label(), value));
    return node.put("requests", line.requests())
        .put("succeeded", line.succeeded())
        .put("prompt_tokens", line.promptTokens())
        .put("output_tokens", line.outputTokens())
        .put("cost", line.cost())
        .put("unpriced", line.unpriced())
        .put("against", strong.map(ModelSpec::getName).orElse(null))
        .put("against_cost", line.against())
        .put("savings", line.savings());
  }
}
