import { expect, test } from "vitest";

import { cutDescription } from "./cut-openapi.ts";

test("keeps the operations in use, what they refer to, and no prose", () => {
  const description = {
    paths: {
      "/a": {
        get: {
          operationId: "a/get",
          summary: "prose",
          tags: ["a"],
          responses: {
            "200": {
              description: "prose",
              headers: { link: {} },
              content: { "application/json": { schema: { $ref: "#/components/schemas/outer" } } },
            },
            "404": { $ref: "#/components/responses/missing" },
          },
        },
        post: { responses: {} },
      },
      "/b": { get: { responses: {} } },
    },
    components: {
      responses: { missing: { description: "prose", headers: {} } },
      schemas: {
        outer: {
          title: "prose",
          type: "object",
          properties: {
            description: { type: "string", description: "prose", example: "x" },
            inner: { $ref: "#/components/schemas/inner" },
          },
        },
        inner: { type: "string", "x-own": true },
        unused: { type: "string" },
      },
    },
  };
  expect(cutDescription(description, ["get /a"])).toEqual({
    paths: {
      "/a": {
        get: {
          operationId: "a/get",
          responses: {
            "200": {
              content: { "application/json": { schema: { $ref: "#/components/schemas/outer" } } },
            },
            "404": { $ref: "#/components/responses/missing" },
          },
        },
      },
    },
    components: {
      responses: { missing: {} },
      schemas: {
        outer: {
          type: "object",
          properties: {
            description: { type: "string" },
            inner: { $ref: "#/components/schemas/inner" },
          },
        },
        inner: { type: "string" },
      },
    },
  });
});

test.for([
  { written: { type: "string", nullable: true }, plain: { type: ["string", "null"] } },
  { written: { type: "string", nullable: false }, plain: { type: "string" } },
  {
    written: { type: "string", nullable: true, enum: ["a"] },
    plain: { type: ["string", "null"], enum: ["a", null] },
  },
  {
    written: { nullable: true, allOf: [{ type: "string" }] },
    plain: { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] },
  },
])("writes $written as plain JSON Schema", ({ written, plain }) => {
  const paths = { "/a": { get: { parameters: [{ schema: written }], responses: {} } } };
  expect(cutDescription({ paths }, ["get /a"]).paths).toEqual({
    "/a": { get: { parameters: [{ schema: plain }], responses: {} } },
  });
});

test("refuses an operation that is not described", () => {
  expect(() => cutDescription({ paths: {} }, ["get /a"])).toThrow("get /a is not in the");
});
