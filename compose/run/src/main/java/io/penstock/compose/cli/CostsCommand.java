package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.admin.LogReports;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.http.FrontException;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.control.spend.CostReport.Dimension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
final class CostsCommand extends OperatorResultCommand<ObjectNode> {

  private static final int DEFAULT_LINES = 20;

  private static final int BAD_REQUEST = 400;

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
    by.stream()
        .filter(each -> Collections.frequency(by, each) > 1)
        .findFirst()
        .ifPresent(
            each -> {
              throw CliException.usage(
                  "--by names %s more than once; name each once".formatted(each.label()));
            });
    if (limit != null && all) {
      throw CliException.usage("--limit and --all contradict each other; give one");
    }
  }

  private @Nullable Instant instant(String option, @Nullable String text) {
    return text == null ? null : TimeText.past(option, text, environment.clock().instant());
  }

  @Override
  ObjectNode ask(Cluster cluster) {
    ModelCatalog models = ModelCatalog.following(cluster.models().list());
    Instant from = instant("--since", since);
    LogReports.Report report = report(models);
    EntryReader<InferenceResult> reader =
        new EntryReader<>(cluster.serdes(), InferenceResult.class);
    cluster
        .log()
        .read(
            cluster.names().results(),
            from == null ? new TopicLog.Start.Beginning() : new TopicLog.Start.At(from),
            entry -> {
              reader.read(entry).ifPresent(report::add);
              return true;
            });
    return UnreadableRecords.put(report.json(), reader.unreadable());
  }

  private LogReports.Report report(ModelCatalog models) {
    try {
      return new ControlReports()
          .costs(
              new LogReports.CostQuestion(
                  labels(),
                  Optional.ofNullable(instant("--until", until)),
                  Optional.ofNullable(against),
                  most()),
              models);
    } catch (IllegalArgumentException wrong) {
      throw wrong(wrong.getMessage());
    }
  }

  @Override
  ObjectNode ask(FrontClient client) throws InterruptedException {
    StringBuilder path = new StringBuilder("/admin/costs?by=" + String.join(",", labels()));
    query(path, "since", instant("--since", since));
    query(path, "until", instant("--until", until));
    query(path, "against", against);
    query(path, "limit", Math.min(LogReports.MOST_LINES, most()));
    ObjectNode costs = asked(client, path.toString());
    if (most() > LogReports.MOST_LINES && costs.path("others_count").asLong() > 0) {
      console()
          .warn(
              "there are more lines; the front gives the %d with the highest cost"
                  .formatted(LogReports.MOST_LINES));
    }
    return costs;
  }

  private static ObjectNode asked(FrontClient client, String path) throws InterruptedException {
    try {
      return client.object(FrontCall.get(path).withPatience(FrontFleet.REPORT_PATIENCE));
    } catch (FrontException.Refused refused) {
      throw refused.status() == BAD_REQUEST ? wrong(refused.getMessage()) : refused;
    }
  }

  /**
   * Says what is wrong with the question in the same words either way. All but the model to compare
   * with was checked before.
   */
  private static CliException wrong(@Nullable String said) {
    String fault = String.valueOf(said).replaceFirst("\\.$", "");
    return CliException.usage(fault.replaceFirst("^[aA]gainst ", "--against "));
  }

  private static void query(StringBuilder path, String name, @Nullable Object value) {
    if (value != null) {
      path.append('&').append(name).append('=').append(FrontPages.encoded(value.toString()));
    }
  }

  private List<String> labels() {
    return by.stream().map(Dimension::label).toList();
  }

  /** A line of the report, the sum of those not shown, or the total. */
  private record Row(JsonNode line, List<String> names, boolean total) {

    long count(String field) {
      return line.path(field).asLong();
    }

    @Nullable Double amount(String field) {
      return line.path(field).isNumber() ? line.path(field).asDouble() : null;
    }
  }

  @Override
  int show(ObjectNode costs) {
    List<Row> rows = new ArrayList<>();
    for (JsonNode line : costs.path("data")) {
      rows.add(
          new Row(line, labels().stream().map(each -> line.path(each).asText()).toList(), false));
    }
    if (costs.path("others").isObject() && !output.json) {
      rows.add(
          new Row(
              costs.path("others"),
              named("%d others".formatted(costs.path("others_count").asLong())),
              false));
    }
    Row total = new Row(costs.path("total"), named("total"), true);
    rows.add(total);
    String strong = costs.path("against").textValue();
    listing(strong).print(console(), output.json, rows);
    UnreadableRecords.warn(console(), costs);
    if (output.json) {
      return ExitCodes.OK;
    }
    if (strong != null) {
      console().note("saved against always taking %s".formatted(strong));
    }
    if (total.count("unpriced") > 0) {
      console()
          .note(
              "%d answers have no cost: their models have no prices"
                  .formatted(total.count("unpriced")));
    }
    return ExitCodes.OK;
  }

  /** Returns how many of the lines to show, which come with the highest cost first. */
  private int most() {
    int usual = output.json ? Integer.MAX_VALUE : DEFAULT_LINES;
    return all ? Integer.MAX_VALUE : Optional.ofNullable(limit).orElse(usual);
  }

  private List<String> named(String name) {
    List<String> names = new ArrayList<>(by.stream().map(each -> "").toList());
    names.set(0, name);
    return names;
  }

  private Listing<Row> listing(@Nullable String strong) {
    List<Column<Row>> columns = new ArrayList<>();
    for (int i = 0; i < by.size(); i++) {
      int place = i;
      String label = by.get(i).label();
      columns.add(
          Column.shown(label.toUpperCase(Locale.ROOT), (Row row) -> row.names().get(place)));
      columns.add(Column.fieldIfPresent(label, (Row row) -> row.line().path(label).textValue()));
    }
    columns.add(Column.of("REQUESTS", "requests", row -> row.count("requests")));
    columns.add(Column.of("SUCCEEDED", "succeeded", row -> row.count("succeeded")));
    columns.add(Column.of("PROMPT", "prompt_tokens", row -> row.count("prompt_tokens")));
    columns.add(Column.of("OUTPUT", "output_tokens", row -> row.count("output_tokens")));
    columns.add(Column.of("COST", "cost", row -> row.amount("cost"), CostsCommand::money));
    columns.add(Column.field("unpriced", row -> row.count("unpriced")));
    columns.add(Column.field("against", _ -> strong));
    columns.add(Column.field("against_cost", row -> row.amount("against_cost")));
    columns.add(Column.of("SAVED", "savings", row -> row.amount("savings"), CostsCommand::money));
    columns.add(Column.fieldIfPresent("total", row -> row.total() ? true : null));
    return Listing.of(columns);
  }

  /** Four places at least, so that what a request costs is seen. */
  static String money(double amount) {
    return String.format(Locale.ROOT, Math.abs(amount) < 0.1 ? "%.6f" : "%.4f", amount);
  }
}
