package io.penstock.compose.reports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.admin.LogReports;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.control.spend.CostReport;
import io.penstock.streams.control.spend.CostReport.Dimension;
import io.penstock.streams.control.spend.CostReport.Line;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What results cost: the lines with the highest cost, the sum of the others, and the total. */
final class CostsFromResults implements LogReports.Report {

  private final LogReports.CostQuestion question;
  private final Optional<ModelSpec> strong;
  private final CostReport report;

  private CostsFromResults(
      LogReports.CostQuestion question, List<Dimension> by, Optional<ModelSpec> strong) {
    this.question = question;
    this.strong = strong;
    this.report = new CostReport(by, strong);
  }

  static CostsFromResults of(LogReports.CostQuestion question, ModelCatalog models) {
    List<Dimension> by = question.by().stream().map(CostsFromResults::dimension).toList();
    Optional<ModelSpec> strong =
        question.against().isEmpty()
            ? CostReport.strongest(models)
            : Optional.of(priced(models, question.against().get()));
    return new CostsFromResults(question, by, strong);
  }

  private static Dimension dimension(String label) {
    return Arrays.stream(Dimension.values())
        .filter(each -> each.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "by is '%s'; give any of %s"
                        .formatted(
                            label,
                            Arrays.stream(Dimension.values())
                                .map(Dimension::label)
                                .collect(Collectors.joining(", ")))));
  }

  private static ModelSpec priced(ModelCatalog models, String name) {
    ModelSpec model =
        models
            .resolve(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "against is '%s', which is no model; see 'penstock models list'"
                            .formatted(name)));
    if (model.getOutputPricePerMillion().isEmpty() && model.getInputPricePerMillion().isEmpty()) {
      throw new IllegalArgumentException(
          "against is '%s', which has no price in the registry".formatted(name));
    }
    return model;
  }

  @Override
  public void add(InferenceResult result) {
    if (question.until().isEmpty() || result.getFinishedAt().isBefore(question.until().get())) {
      report.add(result);
    }
  }

  @Override
  public ObjectNode json() {
    List<Line> lines = report.lines();
    int shown = Math.min(lines.size(), question.lines());
    List<Line> others = lines.subList(shown, lines.size());
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "costs");
    ArrayNode by = json.putArray("by");
    question.by().forEach(by::add);
    json.put("against", strong.map(ModelSpec::getName).orElse(null));
    ArrayNode data = json.putArray("data");
    lines.subList(0, shown).forEach(line -> data.add(json(line)));
    json.set("others", others.isEmpty() ? null : json(sum(others)));
    json.put("others_count", others.size());
    json.set("total", json(report.total()));
    return json;
  }

  private static ObjectNode json(Line line) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    line.by().forEach((dimension, value) -> json.put(dimension.label(), value));
    return json.put("requests", line.requests())
        .put("succeeded", line.succeeded())
        .put("prompt_tokens", line.promptTokens())
        .put("output_tokens", line.outputTokens())
        .put("cost", line.cost())
        .put("unpriced", line.unpriced())
        .put("against_cost", line.against())
        .put("savings", line.savings());
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
}
