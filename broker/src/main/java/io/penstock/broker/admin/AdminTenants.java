package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.AdminKeys;
import io.penstock.broker.http.Replies;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.Role;
import io.penstock.schemas.policies.BudgetReport;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Tenants: whoever has a key, a policy of its own, has spent something, or has requests that wait
 * or run. The tenant {@code *} stands for all without a policy of their own.
 */
@Controller("/admin/tenants")
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminTenants {

  private final RoutingPublisher publisher;
  private final AdminKeys keys;
  private final Fleet fleet;
  private final InstantSource clock;

  AdminTenants(RoutingPublisher publisher, AdminKeys keys, Fleet fleet, InstantSource clock) {
    this.publisher = publisher;
    this.keys = keys;
    this.fleet = fleet;
    this.clock = clock;
  }

  /** All that is known of tenants at one moment. */
  private record Known(
      RoutingState routing,
      Map<String, List<ApiKey>> keys,
      Map<String, Double> committed,
      Map<String, List<BudgetReport.Line>> budgets) {

    Set<String> names() {
      Set<String> names = new TreeSet<>(keys.keySet());
      names.addAll(committed.keySet());
      routing.all(TenantPolicy.class).map(TenantPolicy::name).forEach(names::add);
      routing.all(Spend.class).map(Spend::name).forEach(names::add);
      return names;
    }
  }

  @Get
  HttpResponse<byte[]> list() {
    Known known = known();
    return Replies.json(
        200, DocumentJson.list(known.names().stream().map(name -> json(known, name))));
  }

  @Get("/{tenant}")
  HttpResponse<byte[]> one(String tenant) {
    Known known = known();
    if (!known.names().contains(tenant)) {
      throw Refusals.notFound("tenant", tenant);
    }
    return Replies.json(200, json(known, tenant));
  }

  private Known known() {
    RoutingState routing = publisher.list();
    Map<String, Double> committed = fleet.view().get().committed();
    Instant now = clock.instant();
    return new Known(
        routing,
        keys.keys().all().stream()
            .filter(key -> key.role() == Role.TENANT)
            .collect(Collectors.groupingBy(ApiKey::tenant)),
        committed,
        BudgetReport.of(routing, committed, now).stream()
            .collect(Collectors.groupingBy(BudgetReport.Line::tenant)));
  }

  private static ObjectNode json(Known known, String name) {
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("name", name)
            .put("object", "tenant")
            .put("keys", known.keys().getOrDefault(name, List.of()).size())
            .put("committed", known.committed().getOrDefault(name, 0.0));
    Optional<TenantPolicy> policy =
        known
            .routing()
            .all(TenantPolicy.class)
            .filter(each -> each.name().equals(name))
            .findFirst();
    json.set("policy", policy.map(DocumentJson::of).orElse(null));
    ArrayNode budgets = json.putArray("budgets");
    known
        .budgets()
        .getOrDefault(name, List.of())
        .forEach(line -> budgets.add(AdminBudgets.json(line)));
    return json;
  }
}
