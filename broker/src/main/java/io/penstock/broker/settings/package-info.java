/** What an operator decides about the HTTP front: the section {@code http} of the configuration. */
package io.penstock.broker.settings;
