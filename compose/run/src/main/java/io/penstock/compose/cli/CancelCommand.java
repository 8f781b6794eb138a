package io.penstock.compose.cli;

import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.text.Printable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock cancel}. */
@Command(
    name = "cancel",
    description = {
      "Ask to cancel requests that wait or run.",
      "",
      "Only requests of the named tenant are touched, or of the one that has the id; one that"
          + " several have is not cancelled without --tenant. Returns when the log has the command."
          + " A request that ends CANCELLED says so in its result; one that had already finished"
          + " keeps its result. Over HTTP, which --url, --key and $$PENSTOCK_URL choose, the front"
          + " says which had ended. JSON: {\"id\",\"requested\":true} for each id."
    },
    footer = {
      "",
      "Examples:",
      "  penstock cancel 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d",
      "  penstock cancel --tenant acme $(cat ids.txt)"
    })
final class CancelCommand extends RequesterCommand {

  /** Whose requests are that name no tenant. */
  private static final String NO_TENANT = "default";

  private static final int HAD_ENDED = 200;
  private static final int NOT_FOUND = 404;

  @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of requests.")
  List<String> ids = List.of();

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whose requests they are. Default: looked up by id.")
  @Nullable String tenant;

  CancelCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    Set<String> wanted = new LinkedHashSet<>(ids);
    Map<String, String> owners = owners(cluster, wanted);
    Map<String, CompletableFuture<Void>> sent = new LinkedHashMap<>();
    owners.forEach((id, owner) -> sent.put(id, cluster.requests().cancel(owner, id)));
    sent.forEach(
        (id, done) -> {
          done.join();
          print(id, false);
        });
    return owners.size() == wanted.size() ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  @Override
  void validateHttp() {
    requireAbsent(tenant != null, "--tenant", "it follows from the key");
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    boolean complete = true;
    for (String id : new LinkedHashSet<>(ids)) {
      FrontAnswer answer = client.answer(FrontCall.delete(FrontStatus.path(id)));
      if (answer.isSuccess()) {
        print(id, answer.status() == HAD_ENDED);
      } else if (answer.status() == NOT_FOUND && answer.fault().isPresent()) {
        console().error(answer.fault().get().message());
        complete = false;
      } else {
        throw client.failure(answer);
      }
    }
    return complete ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private void print(String id, boolean hadEnded) {
    if (output.json) {
      console()
          .print(RecordJson.MAPPER.createObjectNode().put("id", id).put("requested", !hadEnded));
    } else {
      console()
          .print(
              hadEnded
                  ? "%s had ended before".formatted(Printable.of(id))
                  : "cancellation of %s requested".formatted(Printable.of(id)));
    }
  }

  /** The tenant of each request; without those that several tenants have. */
  private Map<String, String> owners(Cluster cluster, Set<String> wanted) {
    Map<String, String> owners = new LinkedHashMap<>();
    if (tenant != null) {
      wanted.forEach(id -> owners.put(id, tenant));
      return owners;
    }
    RequestStates states = RequestStates.read(cluster, console(), wanted, null);
    for (String id : wanted) {
      List<String> tenants = states.tenants(id);
      if (tenants.size() > 1) {
        console().error(RequestStates.severalTenants(id, tenants));
      } else if (tenants.isEmpty()) {
        console()
            .note(
                "request %s is not known yet; its tenant is taken to be %s. Name another with --tenant"
                    .formatted(Printable.of(id), NO_TENANT));
        owners.put(id, NO_TENANT);
      } else {
        owners.put(id, tenants.getFirst());
      }
    }
    return owners;
  }
}
