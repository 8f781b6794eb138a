/** The OpenAPI document of the front: descriptions of paths, completed by what holds for many. */
package io.penstock.broker.openapi;
