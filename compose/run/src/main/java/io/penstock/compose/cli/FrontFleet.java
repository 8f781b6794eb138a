package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.admin.LogReports;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.policies.BudgetReport;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What the front tells of models that serve, and of tenants' budgets. */
final class FrontFleet {

  /** The front reads all results of a report's time, and then has to answer. */
  static final Duration REPORT_PATIENCE = LogReports.PATIENCE.plusSeconds(30);

  private FrontFleet() {}

  /** Each model and variant that dispatch knows of, by name. */
  static List<TargetStatus> targets(FrontClient client) throws InterruptedException {
    return FrontPages.objects(client.object(FrontCall.get("/admin/backlog"))).stream()
        .map(each -> FrontDocuments.understood(() -> target(each)))
        .toList();
  }

  private static TargetStatus target(ObjectNode json) {
    Map<ServiceClass, TargetStatus.Backlog> backlog = new EnumMap<>(ServiceClass.class);
    json.path("waiting")
        .forEach(
            each ->
                backlog.put(
                    constant(ServiceClass.class, each.path("service_class")),
                    new TargetStatus.Backlog(
                        each.path("requests").asLong(),
                        each.path("prompt_tokens").asLong(),
                        each.path("output_tokens").asLong(),
                        each.path("deferred").asLong())));
    return new TargetStatus(
        new Target(json.path("model").asText(), json.path("variant").textValue()),
        constant(TargetHealth.class, json.path("health")),
        json.path("reason").asText(),
        json.path("workers").asInt(),
        json.path("slots").asInt(),
        json.path("leased").asInt(),
        0,
        0,
        backlog,
        json.path("succeeded").asLong(),
        json.path("failed").asLong(),
        optional(json.path("error_rate")),
        optional(json.path("first_token_ms")),
        optional(json.path("service_ms")));
  }

  /** A line for each tenant and period, or those of one tenant. */
  static List<BudgetReport.Line> budgets(FrontClient client, @Nullable String tenant)
      throws InterruptedException {
    String query = tenant == null ? "" : "?tenant=" + FrontPages.encoded(tenant);
    return FrontPages.objects(client.object(FrontCall.get("/admin/budgets" + query))).stream()
        .map(each -> FrontDocuments.understood(() -> budget(each)))
        .toList();
  }

  private static BudgetReport.Line budget(ObjectNode json) {
    return new BudgetReport.Line(
        json.path("tenant").asText(),
        constant(BudgetPeriod.class, json.path("period")),
        json.path("spent").asDouble(),
        json.path("committed").asDouble(),
        number(json.path("soft")),
        number(json.path("hard")),
        constant(BudgetReport.State.class, json.path("state")),
        Instant.parse(json.path("ends_at").asText()));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, JsonNode name) {
    return Enum.valueOf(type, name.asText().toUpperCase(Locale.ROOT));
  }

  private static OptionalDouble optional(JsonNode value) {
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  private static @Nullable Double number(JsonNode value) {
    return value.isNumber() ? value.asDouble() : null;
  }
}
