//! What is mailed to people, and what its links are good for.

use serde_json::json;

use super::{Person, Town};

impl Town {
    /// The codes of the links that were mailed to an address, the oldest first.
    pub(crate) async fn mail_to(&self, address: &str) -> Vec<String> {
        self.0.control.stopgap_codes(address).await
    }

    /// The code of the link that was mailed to an address last.
    pub(crate) async fn code_mailed_to(&self, address: &str) -> String {
        let last = self.mail_to(address).await.pop();
        last.unwrap_or_else(|| panic!("nothing was mailed to {address}"))
    }

    /// Somebody new, who follows the link that was mailed to an address.
    pub(crate) async fn sign_up(&self, address: &str, name: &str) -> Person {
        let subject = format!("user:{name}");
        let body = json!({ "code": self.code_mailed_to(address).await, "subject": subject });
        let redeemed = self.nobody().post("/v1/invitations/redeem", body).await;
        let secret = redeemed.text("/secret/secret");
        Person::new(self, &subject, Some(secret))
    }
}
