package io.penstock.compose.secure;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every role and every kind of client by a user of its own, on a Kafka that denies what it was not
 * told to permit. A class tests each subject. All share one cluster: the first begins where nobody
 * has any right, and the second grants what the others need.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class SecureClusterIT {

  @TempDir static Path folder;
  private static SecureUsers users;

  @BeforeAll
  static void start() throws Exception {
    users = new SecureUsers(folder);
  }

  @AfterAll
  static void stop() {
    users.close();
  }

  @Nested
  @Order(1)
  class RightsByCommand extends GrantedRights {
    RightsByCommand() {
      super(users);
    }
  }

  @Nested
  @Order(2)
  class RightsInUse extends LeastRights {
    RightsInUse() {
      super(users);
    }
  }

  @Nested
  @Order(3)
  class RightsLeftOut extends MissingRights {
    RightsLeftOut() {
      super(users);
    }
  }

  @Nested
  @Order(4)
  class LoggingIn extends Logins {
    LoggingIn() {
      super(users);
    }
  }

  @Nested
  @Order(5)
  class KeepingSecrets extends Secrets {
    KeepingSecrets() {
      super(users);
    }
  }
}
