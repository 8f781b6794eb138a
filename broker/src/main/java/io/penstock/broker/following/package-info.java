/** What every instance reads in full: models, the fleet's reports, and API keys. */
package io.penstock.broker.following;
