//! Users and rooms of the resource.

use serde_json::json;

use super::stand::{Emulator, assert_same_form, golden};

#[tokio::test]
async fn users_come_get_tokens_and_go() {
    let emulator = Emulator::start(&["--quiet"]);
    let version = "api-version=2023-10-01";
    let create = format!("/identities?{version}");
    let wanted = json!({"createTokenWithScopes": ["voip"], "expiresInMinutes": 60});
    let made = emulator.ask("POST", &create, Some(&wanted)).await;
    assert_eq!(made.status, 201);
    let golden_made = golden("responses/identity_create_user.201.json");
    assert_same_form(&golden_made["body"], &made.body, "made");
    let bare = emulator.ask("POST", &create, None).await;
    assert_eq!(bare.status, 201);
    assert!(bare.body.get("accessToken").is_none());
    let id = made.body["identity"]["id"].as_str().unwrap();
    assert!(id.starts_with("8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_"));
    let encoded = id.replace(':', "%3A");
    let token = format!("/identities/{encoded}/:issueAccessToken?{version}");
    let given = emulator
        .ask("POST", &token, Some(&json!({"scopes": ["voip"]})))
        .await;
    assert_eq!(given.status, 200);
    let golden_given = golden("responses/identity_get_token.200.json");
    assert_same_form(&golden_given["body"], &given.body, "given");
    for wrong in [json!({}), json!({"scopes": []}), json!({"scopes": ["fly"]})] {
        let refused = emulator.ask("POST", &token, Some(&wrong)).await;
        assert_eq!((refused.status, refused.code()), (400, "8523"));
    }
    let revoke = format!("/identities/{encoded}/:revokeAccessTokens?{version}");
    assert_eq!(emulator.ask("POST", &revoke, None).await.status, 204);
    let delete = format!("/identities/{encoded}?{version}");
    assert_eq!(emulator.ask("DELETE", &delete, None).await.status, 204);
    assert_eq!(emulator.ask("DELETE", &delete, None).await.status, 404);
}

#[tokio::test]
async fn rooms_have_people_until_they_are_deleted() {
    let emulator = Emulator::start(&["--quiet"]);
    let version = "api-version=2025-03-13";
    let wanted = golden("requests/rooms_create.json")["body"].clone();
    let made = emulator
        .ask("POST", &format!("/rooms?{version}"), Some(&wanted))
        .await;
    assert_eq!(made.status, 201);
    assert_same_form(
        &golden("responses/rooms_create.201.json")["body"],
        &made.body,
        "made",
    );
    assert_eq!(made.body["validUntil"], wanted["validUntil"]);
    let id = made.body["id"].as_str().unwrap();
    let room = format!("/rooms/{id}?{version}");
    let people = format!("/rooms/{id}/participants?{version}");
    assert_eq!(emulator.ask("GET", &room, None).await.body, made.body);
    let listed = emulator.ask("GET", &people, None).await;
    let golden_people = golden("responses/rooms_participants_list.200.json");
    assert_same_form(&golden_people["body"], &listed.body, "people");
    assert_eq!(listed.body["value"].as_array().unwrap().len(), 2);
    let remove = golden("requests/rooms_remove_participants.json")["body"].clone();
    let patched = emulator.ask("PATCH", &people, Some(&remove)).await;
    assert_eq!((patched.status, patched.body), (200, json!({})));
    let left = emulator.ask("GET", &people, None).await;
    assert_eq!(left.body["value"].as_array().unwrap().len(), 1);
    let wrong = json!({"participants": {"8:acs:x": {"role": "King"}}});
    assert_eq!(
        emulator.ask("PATCH", &people, Some(&wrong)).await.status,
        400
    );
    let update = golden("requests/rooms_update.json")["body"].clone();
    let updated = emulator.ask("PATCH", &room, Some(&update)).await;
    assert_eq!(updated.body["pstnDialOutEnabled"], true);
    assert_eq!(emulator.ask("DELETE", &room, None).await.status, 204);
    assert_eq!(emulator.ask("GET", &room, None).await.status, 404);
}
