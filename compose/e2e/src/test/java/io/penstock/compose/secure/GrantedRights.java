package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.e2e.PenstockProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is granted and taken away by command, and what those are told who lack it. */
abstract class GrantedRights {

  private final SecureUsers users;

  GrantedRights(SecureUsers users) {
    this.users = users;
  }

  @Test
  void whatIsGrantedIsSaidAndGrantedOnce() throws Exception {
    String apply = "acls apply --json --role dispatch --principal User:dispatch";

    List<JsonNode> planned = users.asAdministrator(0, apply + " --dry-run").json();
    assertThat(planned).hasSameSizeAs(SecureCluster.rights(AccessRole.DISPATCH));
    assertThat(users.asAdministrator(0, apply).json()).isEqualTo(planned);
    assertThat(users.asAdministrator(0, apply).json()).isEmpty();

    String remove = "acls remove --json --role dispatch --principal User:dispatch";
    assertThat(users.asAdministrator(0, remove + " --keep dispatch").json()).isEmpty();
    assertThat(users.asAdministrator(0, remove).json()).isEqualTo(planned);
    assertThat(users.asAdministrator(0, remove).json()).isEmpty();
  }

  @Test
  void whoeverWasGrantedNothingIsToldWhatIsMissing() throws Exception {
    assertThat(users.as("nobody", 1, "topics apply").err())
        .contains("Kafka does not permit")
        .contains("penstock acls");
    assertThat(users.as("nobody", 1, "acls apply --role score --principal User:score").err())
        .contains("ALTER on the cluster");
    Path config =
        users
            .cluster()
            .configuration(
                "nobody",
                "data: %s\nroles: [dispatch]\n".formatted(users.folder().resolve("nobody")));
    try (PenstockProcess process =
        PenstockProcess.start(
            users.folder().resolve("home-nobody"),
            "up",
            "--config",
            config.toString(),
            "--operations-port",
            "0")) {
      assertThat(process.awaitEnd(SecureUsers.PATIENCE)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(process.log())
          .contains("Kafka does not permit what dispatch needs")
          .contains("penstock acls apply --role dispatch --principal User:NAME");
    }
  }
}
