package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.policies.BudgetReport;
import io.penstock.schemas.policies.RoutingFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What tenants may spend, and have spent. Budgets are a part of a tenant's policy. */
@Controller("/admin/budgets")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminBudgets {

  private final RoutingPublisher publisher;
  private final Fleet fleet;
  private final InstantSource clock;

  AdminBudgets(RoutingPublisher publisher, Fleet fleet, InstantSource clock) {
    this.publisher = publisher;
    this.fleet = fleet;
    this.clock = clock;
  }

  @Get
  HttpResponse<byte[]> list(@Nullable @QueryValue String tenant) {
    return Replies.json(200, lines(publisher.list(), Optional.ofNullable(tenant)));
  }

  /** Replaces the budgets of a tenant, and leaves the rest of its policy. */
  @Put("/{tenant}")
  HttpResponse<byte[]> put(HttpRequest<?> request, String tenant, @Body byte[] body) {
    ObjectNode wanted = AdminBody.object(body);
    AdminBody.requireOnly(wanted, Set.of("budgets", "reason"));
    if (!wanted.path("budgets").isArray()) {
      throw AdminBody.wrong(
          "budgets", "it must be a list such as [{\"period\":\"day\",\"soft\":5,\"hard\":10}]");
    }
    Optional<String> reason = AdminBody.reason(wanted);
    RoutingState after =
        Refusals.explained(
            () ->
                publisher.change(
                    Callers.admin(request),
                    reason.orElse(null),
                    state ->
                        List.of(
                            new RoutingPublisher.Edit.Put(
                                policy(state, tenant, wanted.path("budgets"))))));
    return Replies.json(200, lines(after, Optional.of(tenant)));
  }

  private static RoutingDocument policy(RoutingState state, String tenant, JsonNode budgets) {
    ObjectNode policy =
        state
            .all(TenantPolicy.class)
            .filter(each -> each.name().equals(tenant))
            .findFirst()
            .map(DocumentJson::of)
            .orElseGet(() -> Replies.JSON.createObjectNode().put("name", tenant));
    policy.set("budgets", budgets);
    ObjectNode file = Replies.JSON.createObjectNode();
    file.putArray("tenants").add(policy);
    return RoutingFile.parse("budgets.json", file.toString()).getFirst();
  }

  private ObjectNode lines(RoutingState state, Optional<String> tenant) {
    return DocumentJson.list(
        BudgetReport.of(state, fleet.view().get().committed(), clock.instant()).stream()
            .filter(line -> tenant.isEmpty() || tenant.get().equals(line.tenant()))
            .map(AdminBudgets::json));
  }

  static ObjectNode json(BudgetReport.Line line) {
    return Replies.JSON
        .createObjectNode()
        .put("tenant", line.tenant())
        .put("period", String.valueOf(line.period()))
        .put("spent", line.spent())
        .put("committed", line.committed())
        .put("soft", line.soft())
        .put("hard", line.hard())
        .put("state", String.valueOf(line.state()))
        .put("ends_at", line.ends().toString());
  }
}
